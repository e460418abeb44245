import { randomUUID } from 'node:crypto';
import { plainMessage } from '../../dev/bench/messages';
import { ModelQueue } from '../../queue/model-queue';
import { newInstance, newNonce } from '../../queue/nonce';
import { publish } from '../../queue/publish';
import { publishOptions, queues } from '../support/publishing';
import { useRedis } from '../support/redis';

const redis = useRedis({ replica: true });

/** Bytes that the primary has sent to its replica so far. */
async function replicatedBytes(): Promise<number> {
  return Number(/^master_repl_offset:(\d+)/m.exec(await redis.client.info('replication'))?.[1]);
}

/** One event is published, and claimed, renewed once and acknowledged in each queue. */
async function process(text: string): Promise<void> {
  const record = { kind: 'message', messageId: randomUUID(), digest: 'd'.repeat(64), text, queues } as const;
  await publish(redis.client, [record], publishOptions);
  for (const name of queues) {
    const queue = new ModelQueue(name);
    const options = { nonce: newNonce(newInstance()), consumer: 'hokusai-site-7f3a', count: 1, starting: 1 };
    const { claims } = await queue.claim(redis.client, { ...options, leaseMs: 60_000, waitMs: 5000 });
    expect(await queue.extend(redis.client, claims, 60_000)).toEqual([]);
    for (const claim of claims) expect(await queue.acknowledge(redis.client, claim)).toBe('acknowledged');
  }
}

test.each([
  ['the size of real messages', {}],
  ['20 KB', { note: 'x'.repeat(20_000) }],
])('an event for two services costs the replica at most six times its size: %s', async (_, more) => {
  const { payload, ...envelope } = plainMessage();
  const text = JSON.stringify({ ...envelope, payload: { ...(payload as object), ...more } });
  await process(text.replace('auroc', 'f1'));
  const before = await replicatedBytes();

  await process(text);

  expect((await replicatedBytes()) - before).toBeLessThanOrEqual(6 * Buffer.byteLength(text));
});
