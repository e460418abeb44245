import { scripts } from '../../queue/scripts';
import { dumps } from '../support/keyspace';
import { useRedis } from '../support/redis';
import { calledScripts, prepareQueue, readingScripts, type ScriptCall, scriptCalls } from './script-calls';

const redis = useRedis();

test.each(calledScripts)('%s succeeds with valid arguments, and writes', async (name) => {
  const call = scriptCalls(await prepareQueue(redis.client))[name];
  const before = await dumps(redis.client);

  await scripts[name].run(redis.client, call.keys, call.args);

  const unchanged = JSON.stringify(await dumps(redis.client)) === JSON.stringify(before);
  expect(unchanged).toBe(readingScripts.includes(name));
});

const noNumbers = ['', 'nan', 'inf', '-1', '1e300', '0.5', '1 2', '0x'];

/** The call with each key and each argument removed in turn, and with each number replaced. */
function brokenCalls({ keys, args }: ScriptCall): { readonly what: string; readonly call: ScriptCall }[] {
  return [
    ...keys.map((key, index) => ({ what: `without ${key}`, call: { keys: keys.toSpliced(index, 1), args } })),
    ...args.map((arg, index) => ({ what: `without ${arg}`, call: { keys, args: args.toSpliced(index, 1) } })),
    ...args.flatMap((arg, index) =>
      typeof arg !== 'number'
        ? []
        : noNumbers.map((wrong) => ({
            what: `"${wrong}" for argument ${index + 1}, ${arg}`,
            call: { keys, args: args.with(index, wrong) },
          })),
    ),
  ];
}

test.each(calledScripts)(
  '%s refuses a missing key, a missing argument and an invalid number, and writes nothing',
  async (name) => {
    const valid = scriptCalls(await prepareQueue(redis.client))[name];
    const before = await dumps(redis.client);
    for (const { what, call } of brokenCalls(valid)) {
      const reply = await scripts[name].run(redis.client, call.keys, call.args).then(
        (accepted) => ({ accepted }),
        (error: unknown) => (error instanceof Error ? error.message : error),
      );
      expect([what, reply]).toEqual([what, expect.any(String)]);
      expect([what, await dumps(redis.client)]).toEqual([what, before]);
    }
  },
);

test('the error names the argument, the range and the value', async () => {
  const { keys, args } = scriptCalls(await prepareQueue(redis.client)).retry;
  const refused = (changed: ScriptCall['args']) => scripts.retry.run(redis.client, keys, changed);
  await expect(refused(args.with(2, 'nan'))).rejects.toThrow(
    'ERR the backoff must be a whole number from 0 to 100000000000, got "nan"; nothing was written',
  );
  await expect(refused(args.slice(0, -1))).rejects.toThrow(
    'ERR 6 keys and 6 arguments expected, got 6 and 5; nothing was written',
  );
});
