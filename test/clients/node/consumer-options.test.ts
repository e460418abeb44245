import { ModelEventConsumer } from '../../../clients/node/consumer';
import { type ConsumerOptions, settingsFromEnvironment } from '../../../clients/node/consumer-options';
import type { ModelReadyMessage } from '../../../contract/message';

const redis = { host: 'redis.example', port: 6379, token: 'hunter2' };
const create = (change: object) => () =>
  new ModelEventConsumer({ redis, queue: 'model_events', handler: () => undefined, ...change });

test.each<[keyof ConsumerOptions, unknown, string]>([
  ['concurrency', 0, 'concurrency must be a whole number from 1 to 1000, got 0'],
  ['concurrency', 1.5, 'concurrency must be a whole number from 1 to 1000, got 1.5'],
  ['prefetch', -1, 'prefetch must be a whole number from 0 to 1000, got -1'],
  ['leaseSeconds', 4, 'leaseSeconds must be a number from 5 to 3600, got 4'],
  ['leaseSeconds', '60', 'leaseSeconds must be a number from 5 to 3600, got 60'],
  ['handlerSeconds', Infinity, 'handlerSeconds must be a number from 1 to 86400, got Infinity'],
  ['maxRetries', NaN, 'maxRetries must be a whole number from 0 to 100, got NaN'],
  [
    'queue',
    'model events',
    'queue must be model_events, or model_events:NAME of lower-case letters, digits and dashes',
  ],
  ['queue', 'model_events:dlq', 'reserved are processing, dlq,'],
  ['queue', undefined, 'queue must be model_events'],
  [
    'redis',
    'rediss://:hunter2@redis.example',
    "redis must be an object as in { host: 'redis.example', port: 6379, token }",
  ],
  [
    'redis',
    { ...redis, host: 'rediss://:hunter2@redis.example' },
    'Redis host must be a host name or an address, not a URL',
  ],
  ['redis', { ...redis, host: 'redis.example:6379' }, 'Redis host must be a host name or an address without a port'],
  ['redis', { ...redis, port: 0 }, 'Redis port must be a whole number from 1 to 65535, got 0'],
  ['redis', { ...redis, token: '' }, 'redis.token must be the auth token'],
  ['name', 'two words', 'name must be 1 to 64 of A-Z a-z 0-9 . _ : -, got "two words"'],
  ['handler', undefined, 'handler must be a function (message, delivery) => Promise, got undefined'],
  [
    'handler',
    (_message: unknown, _delivery: unknown, done: () => void) => done(),
    'handler must be a function (message, delivery) => Promise, got one with 3 parameters: it gets no callback',
  ],
  ['onReport', 'log', 'onReport must be a function (report) => void, got string'],
])('the option %s with the value %p is refused: %s', (name, value, message) => {
  expect(create({ [name]: value })).toThrow(message);
  expect(create({ [name]: value })).toThrow(/^(?!.*hunter2)/);
});

test.each([
  [{ concurency: 2 }, 'unknown option "concurency": did you mean "concurrency"?'],
  [{ max_retries: 2 }, 'unknown option "max_retries": did you mean "maxRetries"?'],
  [{ colour: 'red' }, 'unknown option "colour": the known ones are redis, queue, handler,'],
  [{ redis: { ...redis, tokn: '' } }, 'unknown option of redis "tokn": did you mean "token"?'],
])('an unknown option is refused with the nearest name: %p', (change, message) => {
  expect(create(change)).toThrow(message);
});

test('a consumer without options is refused with their form', () => {
  expect(() => new ModelEventConsumer(undefined as unknown as ConsumerOptions)).toThrow(
    'options must be an object as in { redis, queue, handler }, got nothing',
  );
});

test('a handler may return any value', () => {
  expect(create({ handler: (() => Promise.resolve(1)) satisfies ConsumerOptions['handler'] })).not.toThrow();
});

test('the type of a payload finds misspelt names, and unknown fields are readable as a record', () => {
  const read = ({ payload }: ModelReadyMessage): unknown[] => {
    const fields: Readonly<Record<string, unknown>> = payload;
    // @ts-expect-error the field is `model_id`
    return [payload.modelid, fields['added_later']];
  };
  expect(read({ payload: { added_later: 1 } } as unknown as ModelReadyMessage)).toEqual([undefined, 1]);
});

test('the consumer accepts the settings of the ECS wiring', () => {
  const env = {
    REDIS_HOST: 'redis.example',
    REDIS_PORT: '6379',
    REDIS_AUTH_TOKEN: 'hunter2',
    MODEL_EVENTS_QUEUE: 'model_events:site',
  };
  expect(settingsFromEnvironment(env)).toEqual({ redis, queue: 'model_events:site' });
  expect(settingsFromEnvironment({ ...env, REDIS_AUTH_TOKEN: '{"auth_token":"hunter2"}' })).toEqual({
    redis,
    queue: 'model_events:site',
  });
  expect(create(settingsFromEnvironment(env))).not.toThrow();
});

test('a container with a user has its name beside the token', () => {
  const env = {
    REDIS_HOST: 'redis.example',
    REDIS_PORT: '6379',
    REDIS_USERNAME: 'production-site',
    REDIS_AUTH_TOKEN: 'hunter2',
    MODEL_EVENTS_QUEUE: 'model_events:site',
  };
  const settings = settingsFromEnvironment(env);
  expect(settings.redis).toEqual({ ...redis, username: 'production-site' });
  expect(create(settings)).not.toThrow();
  expect(settingsFromEnvironment({ ...env, REDIS_USERNAME: '' }).redis).toEqual(redis);
  expect(create({ ...settings, redis: { ...redis, username: '' } })).toThrow(
    /redis\.username must be the name of a Redis user/,
  );
});

test.each([
  [{ REDIS_HOST: 'rediss://:hunter2@redis.example' }, /^REDIS_HOST: Redis host must be a host name .* not a URL/],
  [
    { MODEL_EVENTS_QUEUE: 'model_events:dlq' },
    /^MODEL_EVENTS_QUEUE must be model_events, or .*; got "model_events:dlq"$/,
  ],
  [{ REDIS_PORT: '0x18eb' }, /^REDIS_PORT must be a whole number from 1 to 65535, got "0x18eb"$/],
  [{ REDIS_PORT: ' 6379' }, /^REDIS_PORT must be a whole number/],
  [{ REDIS_AUTH_TOKEN: '{"password":"hunter2"}' }, /^REDIS_AUTH_TOKEN: the Redis secret has no text under the key/],
])('a wrong variable is named, without the token: %p', (change, message) => {
  const env = {
    REDIS_HOST: 'redis.example',
    REDIS_PORT: '6379',
    REDIS_AUTH_TOKEN: 'hunter2',
    MODEL_EVENTS_QUEUE: 'model_events:site',
  };
  const read = () => settingsFromEnvironment({ ...env, ...change });
  expect(read).toThrow(message);
  expect(read).toThrow(/^(?!.*hunter2)/);
});

test('one error names every missing variable and omits the token', () => {
  const read = () => settingsFromEnvironment({ REDIS_AUTH_TOKEN: 'hunter2', REDIS_PORT: '' });
  expect(read).toThrow(/missing: REDIS_HOST, REDIS_PORT, MODEL_EVENTS_QUEUE\. .*SSM/);
  expect(read).toThrow(/^(?!.*hunter2)/);
});
