import { environmentNames, readEnvironment } from '../../config/read-environment';
import { development, refused } from './configuration-file';

test.each(environmentNames('config'))('config/%s.json can be used as it is', (name) => {
  expect(readEnvironment(name).environment).toBe(name);
});

test('development has the services of the design on queues of their own', () => {
  expect(readEnvironment('development').subscriptions).toEqual([
    { service: 'hokusai-token', queue: 'model_events' },
    { service: 'hokusai-site', queue: 'model_events:site' },
  ]);
});

test.each([
  [
    'nope',
    'There is no environment "nope". config has: development, production. Choose one: npx cdk synth -c environment=development',
  ],
  [
    '../package',
    'There is no environment "../package". config has: development, production. Choose one: npx cdk synth -c environment=development',
  ],
  [
    undefined,
    'No environment given. config has: development, production. Choose one: npx cdk synth -c environment=development',
  ],
])('asked for %p, it says which environments there are', (name, message) => {
  expect(() => readEnvironment(name)).toThrow(message);
});

test('everything that is wrong is said at once: file, path, rule, value and what to do', () => {
  const { message, problems } = refused(
    development((written) => {
      delete written['region'];
      written['redis'] = { ...written['redis'], port: 0, host: 'https://cache.example.com', hots: 'x' };
      written['buffer'] = { visibilityTimeoutSeconds: 60 };
    }),
  );
  expect(problems.map(({ path }) => path)).toEqual([
    'region',
    'redis.hots',
    'redis.host',
    'redis.port',
    'buffer.visibilityTimeoutSeconds',
  ]);
  expect(message).toMatch(/development\.json: 5 settings to correct\n/);
  expect(message).toContain(
    '\n  region: an AWS region, as in us-east-1; got nothing. `aws configure get region` prints yours.\n',
  );
  expect(message).toContain(
    '\n  redis.port: a whole number from 1 to 65535; got 0. Write such a number, without quotes.\n',
  );
});

test('an empty file is told each setting that it lacks', () => {
  expect(refused({}).problems.map(({ path }) => path)).toEqual([
    'environment',
    'account',
    'region',
    'vpc.vpcId',
    'vpc.availabilityZones',
    'vpc.privateSubnetIds',
    'redis.source',
    'subscriptions',
  ]);
});

test('a Redis that is there already is told each setting that it lacks, and a created one each of its own', () => {
  const lacking = (source: string) =>
    refused(development((written) => (written['redis'] = { source }))).problems.map(({ path }) => path);
  expect(lacking('imported')).toEqual([
    'redis.host',
    'redis.securityGroupId',
    'redis.authSecretArn',
    'redis.replicas',
    'redis.replicationGroupId',
  ]);
  expect(lacking('created')).toEqual(['redis.nodeType', 'redis.replicas']);
});

test('a file whose name and environment differ is refused', () => {
  const { problems } = refused({ ...development(), environment: 'production' });
  expect(problems).toMatchObject([{ path: 'environment', value: '"production"' }]);
});

test('text that is not JSON is refused with its place, without repeating the text', () => {
  const { message } = refused('{\n  "environment": secret-text\n}');
  expect(message).toMatch(/development\.json: not JSON/);
  expect(message).toMatch(/\(line 2 column 18\)|at position 19|`npx prettier/);
  expect(message).not.toContain('secret-text');
});
