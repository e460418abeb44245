/** The behaviour that all examples of a consumer share. */
import { readDeadLetter } from '../../contract/dead-letter';
import { ModelQueue } from '../../queue/model-queue';
import { useRedis } from '../support/redis';
import { consumerVariables, run } from './program';
import { publishModel } from './published';

// The certificate is not valid for the second address.
const redis = useRedis({ config: { bind: '127.0.0.1 127.0.0.2 -::1' } });
const queue = new ModelQueue('model_events');
const variables = () => consumerVariables(redis.server);
const depths = async () => {
  const { depth, processing, delayed, deadLetters } = await queue.inspect(redis.client);
  return { depth, processing, delayed, deadLetters };
};
const empty = { depth: 0, processing: 0, delayed: 0, deadLetters: 0 };

describe.each(['examples/consumer.ts', 'examples/consumer.py'])('the consumer %s', (example) => {
  test('consumes messages published before and after its start with every digit unchanged, and exits with 0 on SIGTERM', async () => {
    const payload = await publishModel(redis.client, 'before');
    const consumer = run(example, variables());
    expect(await consumer.line('before')).toBe(`before deploy CRSK: ${payload}`);
    const later = await publishModel(redis.client, 'later');
    expect(await consumer.line('later')).toBe(`later deploy CRSK: ${later}`);

    consumer.kill('SIGTERM');

    expect(await consumer.ended).toMatchObject({ code: 0, errors: '' });
    expect(await depths()).toEqual(empty);
    expect(await redis.client.keys('model_events:processing*')).toEqual([]);
  });

  test('dead-letters a model below its baseline at once, with the reason', async () => {
    const payload = await publishModel(redis.client, 'worse', { currentValue: '0.5' });
    const consumer = run(example, variables());
    await consumer.line('dead-lettered');
    consumer.kill('SIGTERM');
    expect((await consumer.ended).code).toBe(0);

    expect(await depths()).toEqual({ ...empty, deadLetters: 1 });
    const letter = (await redis.client.lindex(queue.keys.deadLetters, 0)) ?? '';
    expect(letter).toContain(payload);
    expect(readDeadLetter(letter)).toMatchObject({
      kind: 'dead-letter',
      deadLetter: {
        error: { code: 'BELOW_BASELINE', message: expect.stringMatching(/^current value 0.5 is below/) as string },
      },
    });
  });

  test('dead-letters a text that is not a message and continues', async () => {
    await redis.client.lpush(queue.keys.main, '{"half":');
    await publishModel(redis.client, 'next');
    const consumer = run(example, variables());
    await consumer.line('next deploy');
    consumer.kill('SIGTERM');
    await consumer.ended;

    const letter = (await redis.client.lindex(queue.keys.deadLetters, 0)) ?? '';
    expect(JSON.parse(letter)).toMatchObject({ message: '{"half":', error: { code: 'UNREADABLE' } });
  });

  test('continues with a new connection when the server closes the one it waits on', async () => {
    const consumer = run(example, variables());
    await publishModel(redis.client, 'before');
    await consumer.line('before deploy');
    await redis.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await publishModel(redis.client, 'after');
    await consumer.line('after deploy');
    consumer.kill('SIGTERM');
    expect((await consumer.ended).code).toBe(0);
    expect(await depths()).toEqual(empty);
  });

  test('reports an unreachable Redis in one line, keeps retrying, and exits on SIGTERM', async () => {
    const consumer = run(example, { ...variables(), REDIS_PORT: '1' });
    expect(await consumer.line('failed')).toMatch(/localhost:1\b.*refused/i);
    consumer.kill('SIGTERM');
    expect(await consumer.ended).toMatchObject({ code: 0, output: '' });
  });

  test('refuses a server whose certificate is for another name', async () => {
    const consumer = run(example, { ...variables(), REDIS_HOST: '127.0.0.2' });
    expect(await consumer.line('failed')).toMatch(/127\.0\.0\.2.*(?:not in the cert's list|not valid for)/);
    consumer.kill('SIGTERM');
    await consumer.ended;
  });
});

describe.each(['examples/consumer.ts', 'examples/consumer.py', 'examples/plain_consumer.py'])(
  'the consumer %s',
  (example) => {
    test('names every variable that is missing, without a stack trace, and exits with 1', async () => {
      const { code, output, errors } = await run(example, {
        ...variables(),
        REDIS_AUTH_TOKEN: '',
        MODEL_EVENTS_QUEUE: '',
      }).ended;
      expect(code).toBe(1);
      expect(output).toBe('');
      expect(errors).toMatch(/^[^\n]*\bREDIS_AUTH_TOKEN\b[^\n]*\bMODEL_EVENTS_QUEUE\b[^\n]*$/);
      expect(errors).not.toMatch(/REDIS_HOST(?:,| is missing)/);
    });

    test('reports a refused token without printing it', async () => {
      const consumer = run(example, { ...variables(), REDIS_AUTH_TOKEN: 'a-wrong-token-of-16' });
      expect(await consumer.line('password')).toMatch(/invalid (username-password|password)/i);
      consumer.kill('SIGTERM');
      const { output, errors } = await consumer.ended;
      expect(output + errors).not.toContain('a-wrong-token');
    });
  },
);

test('the plain Python consumer shares a queue with a library consumer, and acknowledges with LREM', async () => {
  const payload = await publishModel(redis.client, 'first');
  const plain = run('examples/plain_consumer.py', variables());
  expect(await plain.line('first deploy')).toContain(payload);
  const other = run('examples/consumer.ts', variables());

  // Redis serves waiting clients in turn; the other consumer may start only after some more messages.
  let byTheOther = false;
  for (let number = 0; !byTheOther; number++) {
    await publishModel(redis.client, `model-${number}`);
    byTheOther = await Promise.race([
      plain.line(`model-${number} deploy`).then(() => false),
      other.line(`model-${number} deploy`).then(() => true),
    ]);
  }

  other.kill('SIGTERM');
  expect((await other.ended).code).toBe(0);
  await publishModel(redis.client, 'last');
  await plain.line('last deploy');
  // LREM follows the line of a message; the wait for the next message follows LREM.
  await publishModel(redis.client, 'then');
  await plain.line('then deploy');
  const claimed = await redis.client.lrange(queue.keys.processing, 0, -1);
  expect(claimed.filter((text) => !text.includes('"message_id":"then"'))).toEqual([]);
  plain.kill('SIGTERM');
  await plain.ended;
});

test('the plain Python consumer exits with a one-line error if Redis is unreachable', async () => {
  const { code, errors } = await run('examples/plain_consumer.py', { ...variables(), REDIS_PORT: '1' }).ended;
  expect(code).toBe(1);
  expect(errors).toMatch(/^Redis localhost:1 failed: [^\n]*refused[^\n]*$/);
});
