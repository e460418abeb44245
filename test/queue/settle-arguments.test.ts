import { ModelQueue } from '../../queue/model-queue';
import { scripts } from '../../queue/scripts';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const { operator, deadLetters, examined, main } = queue.keys;
const letter = () => addDeadLetter(redis.client, queue, message('a'));

type Arguments = (string | number)[];
const calls = {
  settle: {
    keys: [operator, deadLetters, examined, main],
    valid: (text: string): Arguments => ['operator-1', -1, 1, 'redrive', text, message('a')],
    numbers: [1, 2],
    words: [0, 3],
  },
  operate: {
    keys: [operator, deadLetters, examined],
    valid: (): Arguments => ['operator-1', 'ada', 30_000, 1, 500],
    numbers: [2, 3, 4],
    words: [0],
  },
} as const;

describe.each(Object.entries(calls))('%s', (name, { keys, valid, numbers, words }) => {
  const run = (args: Arguments) => scripts[name as keyof typeof calls].run(redis.client, keys, args);
  const expectRefused = async (args: Arguments): Promise<void> => {
    const before = await keyspace(redis.client);
    await expect(run(args)).rejects.toThrow(new RegExp(`ERR ${name} takes .*; nothing was written`));
    expect(await keyspace(redis.client)).toEqual(before);
  };

  test('writes with valid arguments', async () => {
    const args = valid(await letter());
    const before = await keyspace(redis.client);
    await run(args);
    expect(await keyspace(redis.client)).not.toEqual(before);
  });

  test('refuses a call without one of its arguments, and writes nothing', async () => {
    const args = valid(await letter());
    for (const index of args.keys()) await expectRefused(args.toSpliced(index, 1));
  });

  test.each(['', 'NaN', 'nan', 'inf', '-5', '1e3', '0x10', '1.5', '9'.repeat(15), '9'.repeat(400), ' 1'])(
    'refuses %j as a number, and writes nothing',
    async (value) => {
      const args = valid(await letter());
      for (const index of numbers) await expectRefused(args.with(index, value));
    },
  );

  test.each(['', 'two words', 'x'.repeat(65), 'é'])('refuses %j as a word, and writes nothing', async (value) => {
    const args = valid(await letter());
    for (const index of words) await expectRefused(args.with(index, value));
  });
});

test('settle refuses the end 0, and an invalid action after valid ones, and writes nothing', async () => {
  const args = calls.settle.valid(await letter());
  const before = await keyspace(redis.client);
  for (const wrong of [args.with(1, 0), [...args, 'delete', 'text', '']]) {
    await expect(scripts.settle.run(redis.client, calls.settle.keys, wrong)).rejects.toThrow('nothing was written');
  }
  expect(await keyspace(redis.client)).toEqual(before);
});

test('a settle that is repeated after a lost reply changes nothing', async () => {
  const args = calls.settle.valid(await letter());
  expect(await scripts.settle.run(redis.client, calls.settle.keys, args)).toEqual(['redriven']);
  const once = await keyspace(redis.client);
  expect(await scripts.settle.run(redis.client, calls.settle.keys, args)).toEqual(['not-found']);
  expect(await keyspace(redis.client)).toEqual(once);
});
