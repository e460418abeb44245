import { defaultQueuePolicy } from '../../contract/subscriptions';
import { environmentNames, readEnvironment } from '../../config/read-environment';
import { development, refused } from './configuration-file';

test.each(environmentNames('config'))('config/%s.json is a valid configuration', (name) => {
  expect(readEnvironment(name).environment).toBe(name);
});

test('development has the services of the design on queues of their own', () => {
  expect(readEnvironment('development').subscriptions).toEqual([
    { service: 'hokusai-token', queue: 'model_events', ...defaultQueuePolicy },
    { service: 'hokusai-site', queue: 'model_events:site', ...defaultQueuePolicy },
  ]);
});

test('a folder that cannot be read is named', () => {
  expect(() => readEnvironment('development', '/nowhere')).toThrow(
    "The configuration's folder /nowhere cannot be read (ENOENT). Give the folder that holds the environments' files.",
  );
});

test.each([
  [
    'nope',
    'Unknown environment "nope". Available in config: development, production. Example: npx cdk synth -c environment=development',
  ],
  [
    '../package',
    'Unknown environment "../package". Available in config: development, production. Example: npx cdk synth -c environment=development',
  ],
  [
    undefined,
    'No environment given. Available in config: development, production. Example: npx cdk synth -c environment=development',
  ],
])('asked for %p, the error lists the environments', (name, message) => {
  expect(() => readEnvironment(name)).toThrow(message);
});

test('one error reports every problem: file, path, rule, value and remedy', () => {
  const { message, problems } = refused(
    development((written) => {
      delete written['region'];
      written['redis'] = { ...written['redis'], port: 0, host: 'https://cache.example.com', hots: 'x' };
      written['buffer'] = { visibilityTimeoutSeconds: 40 };
    }),
  );
  expect(problems.map(({ path }) => path)).toEqual([
    'region',
    'redis.host',
    'redis.port',
    'redis.hots',
    'buffer.visibilityTimeoutSeconds',
  ]);
  expect(message).toMatch(/development\.json: 5 settings to correct\n/);
  expect(message).toContain(
    '\n  region: an AWS region, as in us-east-1, outside of China and GovCloud, which are not supported; got nothing. `aws configure get region` prints yours.\n',
  );
  expect(message).toContain(
    '\n  redis.port: a whole number from 1 to 65535; got 0. Write such a number, without quotes.\n',
  );
});

test('an empty file is refused with the path of each missing setting', () => {
  expect(refused({}).problems.map(({ path }) => path)).toEqual([
    'environment',
    'account',
    'region',
    'vpc.vpcId',
    'vpc.availabilityZones',
    'vpc.privateSubnetIds',
    'redis.source',
    'subscriptions',
    'alarms.runbookUrl',
  ]);
});

test('each missing setting of an imported Redis is reported, and each of a created one', () => {
  const missing = (source: string) =>
    refused(development((written) => (written['redis'] = { source }))).problems.map(({ path }) => path);
  expect(missing('imported')).toEqual([
    'redis.host',
    'redis.securityGroupId',
    'redis.replicas',
    'redis.replicationGroupId',
    'redis.authSecretArn',
  ]);
  expect(missing('created')).toEqual(['redis.nodeType', 'redis.replicas']);
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

test.each<[string, unknown]>([
  ['null', null],
  ['a number', 5],
  ['a list', []],
])('a file in which each group is %s is refused without a crash', (_, value) => {
  const groups = ['vpc', 'redis', 'publisher', 'buffer', 'alarms', 'notifications'];
  const content = development((written) =>
    Object.assign(written, Object.fromEntries(groups.map((name) => [name, value]))),
  );
  expect(refused(content).problems.map(({ path }) => path)).toEqual(expect.arrayContaining(groups) as string[]);
});

test('a file without settings, and values that are not lists, are refused without a crash', () => {
  expect(refused('null').problems).toMatchObject([{ path: 'the file', rule: 'a group of settings' }]);
  const { problems } = refused({ ...development(), subscriptions: [null, 5], services: { name: 'a' } });
  expect(problems.map(({ path }) => path)).toEqual(['subscriptions[0]', 'subscriptions[1]', 'services']);
});
