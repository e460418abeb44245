/** Publisher and monitor, as deployed, with IAM authentication: before a gate that verifies tokens as AWS does, and a real Redis. */
import type { SQSBatchResponse } from 'aws-lambda';
import { functionEnv } from '../../contract/function-env';
import { useBundledFunction } from '../support/bundled-function';
import { eventBody, registered, sqsRecord } from '../support/events';
import { IamGate, testCacheArn, testCredentials } from '../support/iam-gate';
import { useRedis } from '../support/redis';

const redis = useRedis();
let gate: IamGate | undefined;
const started = (): IamGate => {
  if (gate === undefined) throw new Error('the gate is started before the first test');
  return gate;
};

beforeAll(async () => {
  const passwords = new Map([...redis.users.values()].map(({ username, token }) => [username, token]));
  gate = await IamGate.start({ redis: redis.server, passwords });
});
beforeEach(() => {
  started().authentications.length = 0;
  started().known = [testCredentials];
});
afterAll(() => gate?.stop());

const functionAs = (name: string, user: string) =>
  useBundledFunction(redis, {
    name,
    timeoutSeconds: 10,
    variables: () =>
      Promise.resolve({
        [functionEnv.redisPort]: String(started().port),
        [functionEnv.redisAuthSecretArn]: '',
        [functionEnv.iamCacheArn]: testCacheArn,
        [functionEnv.redisUsername]: `local-${user}`,
        // As Lambda sets them.
        AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
        AWS_SESSION_TOKEN: testCredentials.sessionToken ?? '',
      }),
  });
const publisher = functionAs('publisher', 'publisher');
const monitor = functionAs('monitor', 'operator');
const publish = async (): Promise<number> => {
  const response = await publisher.function.invoke({ Records: [sqsRecord(eventBody(registered()))] });
  return (response as SQSBatchResponse).batchItemFailures.length;
};

test('the publisher connects as its own user with the credentials of its role, and publishes', async () => {
  await publisher.function.kill();
  expect(await publish()).toBe(0);
  expect(started().authentications).toEqual([{ username: 'local-publisher', fault: undefined }]);
  expect(await redis.client.llen('model_events')).toBe(1);
});

test('a refused token is in the log as a fault of IAM, without the token; the batch is published after that', async () => {
  await publisher.function.kill();
  started().known = [];
  expect(await publish()).toBe(1);
  const logged = publisher.lines.join('\n');
  expect(logged).toContain('iam-refused');
  expect(logged).toContain('IAM token refused: WRONGPASS');
  expect(logged).not.toMatch(/X-Amz|secret\/of/);
  started().known = [testCredentials];
  expect(await publish()).toBe(0);
});

test('the monitor works as the operator, and emits no age of a token', async () => {
  await monitor.function.invoke({ 'detail-type': 'Scheduled Event', source: 'aws.events' });
  expect(started().authentications.map(({ username }) => username)).toContain('local-operator');
  const [run] = monitor.logs('run');
  expect(run).toMatchObject({ RedisAvailability: 1 });
  expect(run).not.toHaveProperty('TokenAgeDays');
});
