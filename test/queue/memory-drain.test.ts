/** A full Redis needs hardly more memory while it is drained. */
import { connect } from '../../queue/connection';
import { type Claim, ModelQueue } from '../../queue/model-queue';
import { newInstance, newNonce } from '../../queue/nonce';
import { publish } from '../../queue/publish';
import { message } from '../support/events';
import { messageRecord, publishOptions } from '../support/publishing';
import { endpointOf, useRedis } from '../support/redis';

const megabyte = 1024 * 1024;
const redis = useRedis({ config: { maxmemory: '40mb', 'maxmemory-policy': 'noeviction' } });
const queue = new ModelQueue('model_events');
const note = 'x'.repeat(20_000);

/** Publishes messages of 20 KB until Redis refuses one. */
async function fill(): Promise<number> {
  for (let count = 0; ; count++) {
    const record = messageRecord(`m${count}`, { text: message(`m${count}`, { note }), queues: [queue.name] });
    try {
      await publish(redis.client, [record], publishOptions);
    } catch {
      return count;
    }
  }
}

/** Claims until it holds 1000 messages or none is left, renews them, and acknowledges them. */
async function drain(): Promise<number> {
  const client = await connect(endpointOf(redis.server));
  const instance = newInstance();
  const held: Claim[] = [];
  try {
    while (held.length < 1000) {
      const options = { nonce: newNonce(instance), consumer: 'worker', count: 1000 - held.length, starting: 1 };
      const { claims } = await queue.claim(client, { ...options, leaseMs: 60_000, holding: held.length });
      if (claims.length === 0) break;
      held.push(...claims);
      expect(await queue.extend(client, held, 60_000)).toEqual([]);
    }
    for (const claim of held) expect(await queue.acknowledge(client, claim)).toBe('acknowledged');
    return held.length;
  } finally {
    client.disconnect();
  }
}

test('a full Redis is drained by three consumers that hold up to 1000 messages of 20 KB within 1.15 times its limit', async () => {
  const published = await fill();
  expect(published).toBeGreaterThan(1000);

  const drained = await Promise.all([drain(), drain(), drain()]);

  expect(drained.reduce((sum, count) => sum + count, 0)).toBe(published);
  const peak = Number(/^used_memory_peak:(\d+)/m.exec(await redis.client.info('memory'))?.[1]);
  expect(peak).toBeLessThanOrEqual(1.15 * 40 * megabyte);
});
