import { readDeadLetter } from '../../../contract/dead-letter';
import { DeadLetterError } from '../../../queue/errors';
import { claimDigestOf } from '../../../queue/holder';
import { ModelQueue } from '../../../queue/model-queue';
import { tried } from '../../support/claims';
import { blockedInRedis, gate, reported, useConsumers } from '../../support/consumers';
import { message } from '../../support/events';
import { contents } from '../../support/keyspace';
import { useRedis } from '../../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const queue = new ModelQueue('model_events');
const push = (...texts: string[]) => redis.client.lpush(queue.keys.main, ...texts);
const letter = async () => readDeadLetter((await redis.client.lindex(queue.keys.deadLetters, 0)) ?? '');

test('a handler gets the message parsed and as text; afterwards it has left the queue', async () => {
  const payload =
    '{"model_id":"m","token_symbol":"CRSK","metric_name":"auroc","baseline_value":9007199254740993,"performance_data":{"x":1.10}}';
  await push(message('a', payload));
  const delivered = gate<unknown>();
  const consumer = consumers.start({
    handler: (parsed, { text, payloadText, signal }) =>
      delivered.open({ id: parsed.message_id, text, payloadText, signal }),
  });
  await reported(consumer, 'acknowledged');

  expect(await delivered.opened).toMatchObject({ id: 'a', text: message('a', payload), payloadText: payload });
  expect(await contents(redis.client)).toEqual({});
});

test('an idle consumer blocks in Redis and gets a new message at once', async () => {
  const consumer = consumers.start({ handler: () => undefined, blockSeconds: 60 });
  await blockedInRedis(redis);
  const done = reported(consumer, 'acknowledged', 2);
  await push(message('a'));
  await push(message('b'));
  expect((await done).map(([{ message_id: id }]) => id)).toEqual(['a', 'b']);
});

test('messages are processed in order, one at a time by default', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `m${index}`);
  await push(...ids.map((id) => message(id)));
  let working = 0;
  const seen: string[] = [];
  const consumer = consumers.start({
    prefetch: 5,
    handler: async ({ message_id: id }) => {
      expect(++working).toBe(1);
      await redis.client.ping();
      seen.push(id);
      working--;
    },
  });
  await reported(consumer, 'acknowledged', ids.length);
  expect(seen).toEqual(ids);
});

test('at most `concurrency` messages are processed at the same time', async () => {
  await push(...Array.from({ length: 12 }, (_, index) => message(`m${index}`)));
  const three = gate();
  let working = 0;
  let most = 0;
  const consumer = consumers.start({
    concurrency: 3,
    prefetch: 4,
    handler: async () => {
      most = Math.max(most, ++working);
      if (working === 3) three.open();
      await three.opened;
      await redis.client.ping();
      working--;
    },
  });
  await reported(consumer, 'acknowledged', 12);
  expect(most).toBe(3);
});

test('a prefetched message is held, and counts as started only when its handler begins', async () => {
  const texts = ['a', 'b', 'c', 'd'].map((id) => message(id));
  await push(...texts);
  const [begun, go] = [gate(), gate()];
  const consumer = consumers.start({ prefetch: 2, handler: () => (begun.open(), go.opened) });
  await begun.opened;

  const records = await redis.client.hmget(queue.keys.claims, ...texts.map(claimDigestOf));
  expect(records.map((record) => record?.at(-1))).toEqual(['1', '0', '0', undefined]);

  const done = reported(consumer, 'acknowledged', 4);
  go.open();
  expect((await done).map(([{ message_id: id }]) => id)).toEqual(['a', 'b', 'c', 'd']);
});

test('a handler that fails gets the message again after a backoff, counted, and may succeed then', async () => {
  await push(message('a'));
  const counts: number[] = [];
  const consumer = consumers.start({
    handler: ({ retry_count: count }) => {
      counts.push(count);
      if (count < 2) throw new Error('token service is away');
    },
  });
  const retried = reported(consumer, 'retried', 2);
  await reported(consumer, 'acknowledged');
  expect(counts).toEqual([0, 1, 2]);
  expect((await retried).map(([, error]) => error.message)).toEqual(['token service is away', 'token service is away']);
  expect(await contents(redis.client)).toEqual({});
});

test('a handler that always fails sees the message four times; then it is a dead letter with the last reason', async () => {
  await push(message('a'));
  let calls = 0;
  const consumer = consumers.start({
    name: 'site:1',
    handler: function deploy() {
      return Promise.reject(new RangeError(`no token, call ${++calls}`));
    },
  });
  await reported(consumer, 'dead-lettered');
  expect(await letter()).toMatchObject({
    messageText: tried(message('a'), 3),
    deadLetter: {
      error: {
        code: 'HANDLER_FAILED',
        message: 'no token, call 4',
        name: 'RangeError',
        stack: [expect.stringMatching(/^at .*deploy .*consumer\.test\.ts:\d+/)] as string[],
        attempt: 4,
        consumer: 'site:1',
      },
      failed_by: 'consumer',
    },
  });
  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.deadLetters]);
});

test('a handler that throws DeadLetterError dead-letters the message at once, with its own code', async () => {
  await push(message('a'));
  const consumer = consumers.start({
    handler: () => {
      throw new DeadLetterError('the symbol is taken', 'SYMBOL_TAKEN');
    },
  });
  await reported(consumer, 'dead-lettered');
  expect(await letter()).toMatchObject({
    messageText: message('a'),
    deadLetter: { error: { code: 'SYMBOL_TAKEN', message: 'the symbol is taken' } },
  });
});

test('a code longer than a dead letter may have is cut, so that every tool can read the letter', async () => {
  await push(message('a'));
  const consumer = consumers.start({
    handler: () => {
      throw new DeadLetterError('too much', 'X'.repeat(100));
    },
  });
  await reported(consumer, 'dead-lettered');
  expect(await letter()).toMatchObject({ kind: 'dead-letter', deadLetter: { error: { code: 'X'.repeat(64) } } });
});

test.each(['half a mess', '', '[]', message('a').slice(0, -1), message('a').replace('"1.0"', '"9.0"')])(
  'a text that is not a message is dead-lettered with the reason, and the next message is processed: %j',
  async (foreign) => {
    await push(foreign, message('next'));
    const ids: string[] = [];
    const consumer = consumers.start({ handler: ({ message_id: id }) => void ids.push(id) });
    await reported(consumer, 'acknowledged');
    expect(ids).toEqual(['next']);
    expect(await letter()).toMatchObject({ messageText: foreign, deadLetter: { error: { code: 'UNREADABLE' } } });
  },
);

test.each<[unknown, string, string]>([
  ['just a text', 'just a text', 'thrown string'],
  [{ status: 502, body: { reason: 'no token' } }, "{ status: 502, body: { reason: 'no token' } }", 'thrown object'],
  [undefined, 'undefined', 'thrown undefined'],
  [new TypeError(), 'TypeError', 'TypeError'],
])('a dead letter shows by its content what the handler has thrown: %p', async (thrown, shown, name) => {
  await push(message('a'));
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what a careless handler does
  const consumer = consumers.start({ maxRetries: 0, handler: () => Promise.reject(thrown) });
  await reported(consumer, 'dead-lettered');
  expect(await letter()).toMatchObject({ deadLetter: { error: { message: shown, name } } });
});

test('a handler that exceeds its time limit gets an abort signal, and its message is retried', async () => {
  await push(message('a'));
  const aborted = gate<unknown>();
  const consumer = consumers.start({
    handlerSeconds: 1,
    handler: ({ retry_count: count }, { signal }) => {
      if (count > 0) return;
      signal.addEventListener('abort', () => aborted.open(signal.reason));
      return new Promise(() => undefined);
    },
  });
  await reported(consumer, 'acknowledged');
  expect(String(await aborted.opened)).toMatch(/took longer than 1 s/);
});

test('a listener that throws is reported and does not end the work', async () => {
  const consumer = consumers.start({ handler: () => undefined });
  const both = reported(consumer, 'acknowledged', 2);
  const warning = reported(consumer, 'warning');
  consumer.once('acknowledged', () => {
    throw new Error('a broken listener');
  });
  await redis.client.lpush(queue.keys.main, message('a'), message('b'));
  await both;
  expect(String((await warning)[0]?.[0])).toContain('a broken listener');
});
