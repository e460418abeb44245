import { localSecretArn, secretStringOf } from '../../dev/local/publisher-environment';
import { useMonitor, valuesIn } from '../support/monitor';
import { useRedis } from '../support/redis';

const redis = useRedis();
const monitor = useMonitor(redis);
const days = async () => valuesIn(await monitor.run())['TokenAgeDays'];

test('a run emits the days since the current token was written, whether or not Redis is available', async () => {
  monitor.secrets.age(localSecretArn, 40 * 86_400);
  await monitor.function.kill();
  expect(await days()).toBeCloseTo(40, 1);

  // Read once an hour.
  const { username, token } = monitor.credentials;
  monitor.secrets.set(localSecretArn, secretStringOf(token, username));
  expect(await days()).toBeCloseTo(40, 1);
  await monitor.function.kill();
  expect(await days()).toBeCloseTo(0, 1);
});

test('without Secrets Manager the metric is missing, and the log names the call', async () => {
  await monitor.function.kill();
  monitor.secrets.fail('denied');
  expect(await days()).toBeUndefined();
  const reasons = monitor.logs('a step of the run failed').map(({ reason }) => reason);
  expect(reasons).toContainEqual(expect.stringMatching(/^reading the age of arn:aws:secretsmanager:\S+ failed: /));
  monitor.secrets.fail(undefined);
});
