import { plainMessage } from '../../dev/bench/messages';
import { replicaBytes } from '../../dev/bench/replica-bytes';
import { queues } from '../support/publishing';
import { useRedis } from '../support/redis';

const redis = useRedis({ replica: true });

test.each([
  ['the size of real messages', {}],
  ['20 KB', { note: 'x'.repeat(20_000) }],
])('an event for two services costs the replica at most six times its size: %s', async (_, more) => {
  const { payload, ...envelope } = plainMessage();
  const text = JSON.stringify({ ...envelope, payload: { ...(payload as object), ...more } });
  await replicaBytes(redis.client, text.replace('auroc', 'f1'), queues);

  expect(await replicaBytes(redis.client, text, queues)).toBeLessThanOrEqual(6 * Buffer.byteLength(text));
});
