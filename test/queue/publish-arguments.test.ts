import { publish } from '../../queue/publish';
import { scripts } from '../../queue/scripts';
import { keyspace } from '../support/keyspace';
import { messageRecord, publishOptions, queues } from '../support/publishing';
import { useRedis } from '../support/redis';

const redis = useRedis();

interface Call {
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** As `publish()` sends it for a message, a refused event, a smoke event and a message for one queue. */
const call: Call = {
  keys: ['model_events:dlq', 'model_events:smoke', ...queues, 'seen:a', 'seen:sqs/b', 'seen:smoke/c', 'seen:d'],
  args: [
    ...['2', '86400', '600'],
    ...['11', 'digest-a', 'text a'],
    ...['dead-letter', '6', 'text b'],
    ...['smoke', '', 'text c'],
    ...['01', 'digest-d', 'text d'],
  ],
};

const run = ({ keys, args }: Call) => scripts.publish.run(redis.client, keys, args);
const without = (list: readonly string[], index: number) => list.filter((_, at) => at !== index);
const replaced = (list: readonly string[], index: number, value: string) => list.with(index, value);

/** Fails if Redis accepts the call, or if its error changes anything. @returns the error's message */
async function refusal(refused: Call): Promise<string> {
  // With a record that was published before: a refused call must not renew its seen key either.
  await run({ keys: call.keys.slice(0, 5), args: ['2', '1000', '600', '11', 'digest-a', 'text a'] });
  const before = await keyspace(redis.client);
  const error = await run(refused).then(
    () => new Error(`accepted: ${JSON.stringify(refused)}`),
    (reason: unknown) => reason as Error,
  );
  expect(error.message).toMatch(/^ERR publish: .* must be .*; nothing was written/);
  expect(await keyspace(redis.client)).toEqual(before);
  return error.message;
}

test('the call is valid unchanged', async () => {
  expect(await run(call)).toEqual(['published', 'published', 'published', 'published']);
});

test('a call without one of its keys or arguments is refused and writes nothing', async () => {
  for (const index of call.keys.keys()) await refusal({ ...call, keys: without(call.keys, index) });
  for (const index of call.args.keys()) await refusal({ ...call, args: without(call.args, index) });
});

test('a call with an additional key or argument, or with none at all, is refused and writes nothing', async () => {
  const { keys, args } = call;
  await refusal({ keys: [...keys, 'model_events:seen:c'], args });
  await refusal({ keys, args: [...args, 'x'] });
  await refusal({ keys: [], args: [] });
  await refusal({ keys, args: [] });
  await refusal({ keys: keys.slice(0, 4), args: args.slice(0, 3) });
});

const notNumbers = ['', '0', '-1', 'nan', 'inf', '1.5', '1e3', '0x10', ' 1', '99999999999', '9'.repeat(400)];

test.each([
  [0, 'ARGV[1], the number of queues,', [...notNumbers, '1', '3', '7']],
  [1, 'ARGV[2], the expiry of seen keys,', notNumbers],
  [2, 'ARGV[3], the expiry of the smoke list,', notNumbers],
  [3, 'ARGV[4], the target,', ['', '0', '1', '00', '111', '1x', 'deadletter', '1'.repeat(100_000)]],
  [4, 'ARGV[5], the digest,', ['', ' ', 'a b', 'a\n', 'd'.repeat(101)]],
  [5, 'ARGV[6], the text,', ['']],
  [7, 'ARGV[8], the offset of failed_at,', notNumbers.filter((value) => value !== '0')],
  [10, 'ARGV[11], the digest,', ['digest']],
])('argument %d: the error names %s', async (index, name, values) => {
  for (const value of values) {
    const message = await refusal({ ...call, args: replaced(call.args, index, value) });
    // Another number of queues also changes the number of records and the targets.
    if (index !== 0 || notNumbers.includes(value)) expect(message).toContain(name);
  }
});

test('an empty key is refused by its number', async () => {
  for (const index of call.keys.keys()) {
    expect(await refusal({ ...call, keys: replaced(call.keys, index, '') })).toContain(`KEYS[${index + 1}]`);
  }
});

test('the error contains no text of a message', async () => {
  expect(await refusal({ ...call, args: replaced(call.args, 3, '') })).not.toContain('text a');
});

test('20,000 records are published in one call, in their order, and again as duplicates', async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => messageRecord(`m${index}`, { text: `text ${index}` }));
  const results = async () => new Set((await publish(redis.client, many, publishOptions)).results);

  expect(await results()).toEqual(new Set(['published']));
  for (const queue of publishOptions.queues) {
    const texts = await redis.client.lrange(queue, 0, -1);
    expect(texts).toEqual(many.map((_, index) => `text ${index}`).reverse());
  }
  expect(await results()).toEqual(new Set(['duplicate']));
  expect(await redis.client.llen('model_events')).toBe(20_000);
});
