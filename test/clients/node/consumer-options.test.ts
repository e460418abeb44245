import { ModelEventConsumer } from '../../../clients/node/consumer';
import { type ConsumerOptions, settingsFromEnvironment } from '../../../clients/node/consumer-options';

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
  ['queue', 'model events', 'queue must be a queue\'s name, as in model_events:site, got "model events"'],
  ['name', 'two words', 'name must be 1 to 64 of A-Z a-z 0-9 . _ : -, got "two words"'],
  ['handler', undefined, 'handler must be a function (message, delivery) => Promise'],
])('the option %s with the value %p is refused: %s', (name, value, message) => {
  expect(create({ [name]: value })).toThrow(message);
});

test('the consumer accepts the settings of the ECS wiring', () => {
  const env = {
    REDIS_HOST: 'redis.example',
    REDIS_PORT: '6379',
    REDIS_AUTH_TOKEN: 'hunter2',
    MODEL_EVENTS_QUEUE: 'model_events:site',
  };
  expect(settingsFromEnvironment(env)).toEqual({ redis, queue: 'model_events:site' });
  expect(create(settingsFromEnvironment(env))).not.toThrow();
});

test('one error names every missing variable and omits the token', () => {
  const read = () => settingsFromEnvironment({ REDIS_AUTH_TOKEN: 'hunter2', REDIS_PORT: '' });
  expect(read).toThrow(/missing: REDIS_HOST, REDIS_PORT, MODEL_EVENTS_QUEUE\. .*SSM/);
  expect(read).toThrow(/^(?!.*hunter2)/);
});
