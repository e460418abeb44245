/** What a service gets that is built on examples/consumer.py: retries, leases, nothing lost when it stops or dies. */
import { join } from 'node:path';
import { maintain } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { message } from '../support/events';
import { useRedis } from '../support/redis';
import { consumerVariables, type Program, run } from './program';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const start = (): Program => {
  const PYTHONPATH = join(__dirname, '../../examples');
  return run('test/examples/failing_consumer.py', { ...consumerVariables(redis.server), PYTHONPATH });
};
/** Texts that stand in the queue, the oldest first; each wants something of the handler. */
const push = async (...wishes: string[]): Promise<string[]> => {
  const texts = wishes.map((wish, index) => message(`model-${index}`, { metric_name: wish, big: '\u2028' }));
  await redis.client.lpush(queue.keys.main, ...texts);
  return texts;
};
const waiting = async (): Promise<string[]> => (await redis.client.lrange(queue.keys.main, 0, -1)).reverse();
/** The upkeep that the monitor does, until it has brought something back. */
const reclaimed = async (): Promise<void> => {
  while ((await maintain(redis.client, queue)).requeued === 0);
};
const stopped = async (consumer: Program): Promise<void> => {
  consumer.kill('SIGTERM');
  expect((await consumer.ended).code).toBe(0);
};

test('a message whose handler failed comes again with one more retry_count, and is done', async () => {
  await push('fails once');
  const consumer = start();
  await consumer.line('model-0 try 1');
  await consumer.line('model-0 done, held');
  await stopped(consumer);
  expect(await redis.client.keys('*')).toEqual([]);
});

test('a message that fails for good ends in the dead letters after three retries, with the error', async () => {
  const [text = ''] = await push('fails');
  const consumer = start();
  await consumer.line('dead-lettered');
  await stopped(consumer);
  expect((await consumer.ended).output.split('\n')).toEqual([0, 1, 2, 3].map((retry) => `model-0 try ${retry}`));
  const letter = (await redis.client.lindex(queue.keys.deadLetters, 0)) ?? '';
  const last = text.replace('"retry_count":0', '"retry_count":3');
  expect(letter).toContain(
    `{"message":${last},"error":{"code":"HANDLER_FAILED","message":"the chain did not answer"},"failed_at":`,
  );
  expect(await redis.client.keys('*')).toEqual([queue.keys.deadLetters]);
});

test('the leases of what it holds are renewed while a handler works on, so that nobody else gets it', async () => {
  await push('takes three leases', 'next');
  const consumer = start();
  await consumer.line('model-0 try 0');
  let brought = 0;
  const over = new AbortController();
  void consumer.line('model-1 done').then(() => over.abort());
  while (!over.signal.aborted) brought += (await maintain(redis.client, queue)).requeued;
  expect(brought).toBe(0);
  expect(await consumer.line('model-0 done')).toBe('model-0 done, held');
  await stopped(consumer);
});

test('stopping finishes the message at hand and gives the others back as they were, in their order', async () => {
  const [, second, third] = await push('waits', 'second', 'third');
  const consumer = start();
  await consumer.line('model-0 try');
  expect(await waiting()).toEqual([]);
  consumer.kill('SIGTERM');
  consumer.say('go on');
  expect(await consumer.ended).toMatchObject({ code: 0, output: 'model-0 try 0\nmodel-0 done, held' });
  expect(await waiting()).toEqual([second, third]);
  expect(await redis.client.keys('*')).toEqual([queue.keys.main]);
});

test('what it held when it was killed comes back: counted where work had begun, unchanged where not', async () => {
  const [first = '', second] = await push('waits', 'second');
  const consumer = start();
  await consumer.line('model-0 try 0');
  consumer.kill('SIGKILL');
  await consumer.ended;
  await reclaimed();
  while ((await waiting()).length < 2) await maintain(redis.client, queue);
  expect((await waiting()).sort()).toEqual([first.replace('"retry_count":0', '"retry_count":1'), second].sort());
});

test('who was away for longer than the lease settles nothing that is in other hands by then', async () => {
  await push('waits');
  const consumer = start();
  await consumer.line('model-0 try 0');
  consumer.kill('SIGSTOP');
  await reclaimed();
  consumer.kill('SIGCONT');
  consumer.say('go on');
  await consumer.line('not-held');
  // The message that came back is its next one.
  await consumer.line('model-0 try 1');
  consumer.say('go on');
  await stopped(consumer);
  expect(await redis.client.keys('*')).toEqual([]);
});
