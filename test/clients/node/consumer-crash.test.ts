import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { maintain } from '../../../queue/maintenance';
import { ModelQueue } from '../../../queue/model-queue';
import { expireLeases, tried } from '../../support/claims';
import type { ConsumerOrder } from '../../support/consumer-process';
import { blockedInRedis, connectionsOfOthers, reported, useConsumers } from '../../support/consumers';
import { message } from '../../support/events';
import { contents } from '../../support/keyspace';
import { endpointOf, useRedis } from '../../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const queue = new ModelQueue('model_events');
const root = join(__dirname, '../../..');
const processes: ChildProcess[] = [];

function startProcess(change: Partial<ConsumerOrder> = {}): ChildProcess {
  const execArgv = ['--import', 'tsx', '--require', join(root, 'tools/lua-require.cjs')];
  const child = fork(join(root, 'test/support/consumer-process.ts'), { execArgv, cwd: root });
  processes.push(child);
  child.send({ redis: endpointOf(redis.server), queue: queue.name, handlerEnds: false, prefetch: 2, ...change });
  return child;
}
afterEach(() => {
  for (const child of processes.splice(0)) child.kill('SIGKILL');
});

test('a killed consumer loses no message: the started one returns with one more retry, prefetched ones return unchanged', async () => {
  const texts = ['a', 'b', 'c'].map((id) => message(id));
  await redis.client.lpush(queue.keys.main, ...texts);
  const child = startProcess();
  expect(await once(child, 'message')).toMatchObject([{ begun: 'a' }]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 0 });
  await expireLeases(redis.client, queue, ...texts);

  expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 3, deadLettered: 0 });

  const seen: string[] = [];
  const consumer = consumers.start({ handler: (_, { text }) => void seen.push(text) });
  await reported(consumer, 'acknowledged', 3);
  expect(seen).toEqual([tried(message('a'), 1), message('b'), message('c')]);
  expect(await contents(redis.client)).toEqual({});
});

test('a prefetched message whose handler kills the process before it returns counts as started, and those before it as done', async () => {
  const ids = Array.from('abcdefghijkl');
  const texts = ids.map((id) => message(id));
  await redis.client.lpush(queue.keys.main, ...texts);
  await once(startProcess({ killedBy: 'j', prefetch: ids.length }), 'exit');
  // Redis has read all that the process sent.
  while ((await connectionsOfOthers(redis)).length > 0) await redis.client.ping();
  await expireLeases(redis.client, queue, ...texts);

  expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 3, deadLettered: 0 });
  expect(await redis.client.lrange(queue.keys.main, 0, -1)).toEqual([
    message('l'),
    message('k'),
    tried(message('j'), 1),
  ]);
});

test.each([
  ['idle', true, false],
  ['at work', true, true],
  ['at work that never ends', false, true],
])(
  'after SIGTERM and stop() the process exits by itself: %s',
  async (_, handlerEnds, busy) => {
    if (busy) await redis.client.lpush(queue.keys.main, message('a'), message('b'));
    const child = startProcess({ handlerEnds, prefetch: 0, stopSeconds: handlerEnds ? 3600 : 0, handlerSeconds: 3600 });
    if (busy) await once(child, 'message');
    else await blockedInRedis(redis);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await redis.client.llen(queue.keys.processing)).toBe(0);
  },
  8000,
);
