import { readWritten, development, onlyProblem, set, type Written } from './configuration-file';

const created = (change: Written = {}) => ({ source: 'created', nodeType: 'cache.t4g.small', replicas: 1, ...change });
const withCreated = (change: Written) => (written: Record<string, Written>) => {
  written['redis'] = created(change);
};

test('a created Redis is a replication group with Valkey 8, daily snapshots, a monthly rotation, and outlives its stack by default', () => {
  expect(readWritten(development(withCreated({}))).redis).toEqual({
    source: 'created',
    kind: 'group',
    nodeType: 'cache.t4g.small',
    replicas: 1,
    shards: 1,
    durability: 'replicas',
    port: 6379,
    engineVersion: '8.0',
    snapshotRetentionDays: 7,
    auth: 'users',
    tokenRotationDays: 30,
    retainOnDestroy: true,
  });
});

test.each<[string, Written, string, RegExp]>([
  ['without a replica, so that nothing could fail over', { replicas: 0 }, 'redis.replicas', /from 1 to 5/],
  ['with nodes that cannot fail over', { nodeType: 'cache.t1.micro' }, 'redis.nodeType', /a node type/],
  ['with an engine that is too old for the scripts', { engineVersion: '6.2' }, 'redis.engineVersion', /7\.2 or newer/],
  ['without snapshots', { snapshotRetentionDays: 0 }, 'redis.snapshotRetentionDays', /from 1 to 35/],
  ['with a text for a flag', { retainOnDestroy: 'no' }, 'redis.retainOnDestroy', /true or false/],
  ['with a setting of the imported one', { host: 'a.example.com' }, 'redis.host', /a known setting/],
  [
    'whose rotations are rarer than its alarm expects',
    { tokenRotationDays: 90 },
    'alarms.tokenAgeDays',
    /more than redis.tokenRotationDays, 90/,
  ],
])('a created Redis %s is refused', (_, change, path, rule) => {
  expect(onlyProblem(withCreated(change))).toMatchObject({ path, rule: expect.stringMatching(rule) as string });
});

const tagged = [
  { service: 'hokusai-token', queue: '{model_events}' },
  { service: 'hokusai-site', queue: '{model_events:site}' },
];
const ofKind =
  (kind: string, change: Written = {}) =>
  (written: Record<string, Written>) => {
    const nodes = { cluster: 'cache.t4g.small', memorydb: 'db.t4g.small' }[kind];
    const redis = { source: 'created', kind, auth: 'users', ...(nodes && { nodeType: nodes, replicas: 1 }), ...change };
    Object.assign(written, { redis, subscriptions: tagged, services: [] });
  };

test.each<[string, Written, Written]>([
  ['cluster', {}, { engineVersion: '8.0', durability: 'replicas', shards: 1 }],
  ['cluster', { durability: 'engine', nodeType: 'cache.r7g.large' }, { engineVersion: '9.0', durability: 'engine' }],
  ['serverless', {}, { engineVersion: '8.0', durability: 'primary', port: 6379 }],
  ['memorydb', { shards: 3 }, { engineVersion: '7.3', durability: 'engine', shards: 3 }],
])('a created Redis of the kind %s with %j has its defaults', (kind, change, defaults) => {
  expect(readWritten(development(ofKind(kind, change))).redis).toMatchObject(defaults);
});

test.each<[string, Written, string, RegExp]>([
  ['group', { shards: 2, nodeType: 'cache.t4g.small', replicas: 1 }, 'redis.shards', /1 for kind "group"/],
  ['group', { nodeType: 'cache.t4g.small', replicas: 1, durability: 'engine' }, 'redis.durability', /"replicas" or/],
  ['cluster', { nodeType: 'db.t4g.small' }, 'redis.nodeType', /a node type for kind "cluster"/],
  ['cluster', { nodeType: undefined }, 'redis.nodeType', /a node type for kind "cluster"/],
  ['cluster', { replicas: undefined }, 'redis.replicas', /a number for kind "cluster"/],
  ['cluster', { durability: 'engine' }, 'redis.nodeType', /with durability "engine"/],
  [
    'cluster',
    { durability: 'engine', nodeType: 'cache.m7g.large', engineVersion: '8.1' },
    'redis.engineVersion',
    /9\.0 or newer/,
  ],
  ['serverless', { nodeType: 'cache.t4g.small' }, 'redis.nodeType', /has no nodes/],
  ['serverless', { replicas: 1 }, 'redis.replicas', /has no nodes/],
  ['serverless', { port: 6380 }, 'redis.port', /6379/],
  ['serverless', { auth: 'token' }, 'redis.auth', /authenticates users only/],
  ['serverless', { durability: 'replicas' }, 'redis.durability', /"primary" for kind "serverless"/],
  ['memorydb', { auth: 'token' }, 'redis.auth', /authenticates users only/],
  ['memorydb', { nodeType: 'cache.t4g.small' }, 'redis.nodeType', /a node type for kind "memorydb"/],
  ['memorydb', { durability: 'primary' }, 'redis.durability', /"engine" for kind "memorydb"/],
  ['sharded', {}, 'redis.kind', /what the stack creates/],
])('a created Redis of the kind %s with %j is refused', (kind, change, path, rule) => {
  expect(onlyProblem(ofKind(kind, change))).toMatchObject({ path, rule: expect.stringMatching(rule) as string });
});

test.each(['cluster', 'serverless', 'memorydb'])('a created Redis of the kind %s requires hash tags', (kind) => {
  const plain = (written: Record<string, Written>) => {
    ofKind(kind)(written);
    written['subscriptions'] = [tagged[0], { service: 'hokusai-site', queue: 'model_events:site' }] as never;
  };
  expect(onlyProblem(plain)).toMatchObject({
    path: 'subscriptions[1].queue',
    remedy: expect.stringContaining('"{model_events:site}"') as string,
  });
});

test('with Redis users, a service may not have the name of the user of a function', () => {
  const named = (auth: string) => (written: Record<string, Written>) => {
    withCreated({ auth })(written);
    Object.assign(written, { services: [], subscriptions: [{ service: 'publisher', queue: 'model_events' }] });
  };
  expect(onlyProblem(named('users'))).toMatchObject({ path: 'subscriptions[0].service', value: 'publisher' });
  expect(() => onlyProblem(named('token'))).toThrow();
});

test('a Redis without a source is refused, and the error names both sources', () => {
  const { path, rule, remedy } = onlyProblem(set('redis', 'source', undefined));
  expect(path).toBe('redis.source');
  expect(rule).toBe('"imported" (an existing Redis) or "created" (a stack creates it)');
  expect(remedy).toBe('Write "imported" or "created".');
});

test.each([
  [
    'a serverless cache',
    'events-abc123.serverless.use1.cache.amazonaws.com',
    /serverless cache has no replication group/,
  ],
  ['a cluster mode endpoint without TLS', 'events.abc123.clustercfg.use1.cache.amazonaws.com', /cache without TLS/],
  ['the endpoint for reading', 'replica.events.abc123.use1.cache.amazonaws.com', /takes no writes/],
  ["one node's endpoint", 'events-001.events.abc123.use1.cache.amazonaws.com', /wrong after a failover/],
  ['the endpoint of a cache without TLS', 'events.abc123.ng.0001.use1.cache.amazonaws.com', /cache without TLS/],
  ['an endpoint in another region', 'master.events.abc123.euw1.cache.amazonaws.com', /in us-east-1 \(use1\)/],
])('%s is refused', (_, host, rule) => {
  expect(onlyProblem(set('redis', 'host', host))).toMatchObject({
    path: 'redis.host',
    rule: expect.stringMatching(rule) as string,
  });
});

const configurationEndpoint = 'clustercfg.events.abc123.use1.cache.amazonaws.com';
const inClusterMode =
  (queues: readonly string[], change: Written = {}) =>
  (written: Record<string, Written>) => {
    written['redis'] = { ...written['redis'], host: configurationEndpoint, clusterMode: true, shards: 3, ...change };
    written['subscriptions'] = queues.map((queue, index) => ({ service: `hokusai-${index}`, queue })) as never;
    written['services'] = [] as never;
  };

test('in cluster mode the queues have hash tags, one for several queues or one for each', () => {
  const queues = ['{model_events}', '{model_events}:site', '{model_events:audit}'];
  const read = readWritten(development(inClusterMode(queues)));
  expect(read.redis).toMatchObject({ clusterMode: true, shards: 3, host: configurationEndpoint });
  expect(read.subscriptions.map(({ queue }) => queue)).toEqual(queues);
});

test.each([
  ['model_events', 'Write "{model_events}".'],
  [
    'model_events:site',
    'Write "{model_events}:site", which shares a slot with {model_events}, or "{model_events:site}", which has a slot of its own.',
  ],
])('in cluster mode the name %s is refused with the names to use', (queue, remedy) => {
  expect(onlyProblem(inClusterMode(['{model_events:audit}', queue]))).toMatchObject({
    path: 'subscriptions[1].queue',
    rule: expect.stringContaining('hash tag') as string,
    remedy,
  });
});

test('without cluster mode names may have hash tags if all have one', () => {
  const plain = { host: 'redis.example.com', clusterMode: false };
  expect(readWritten(development(inClusterMode(['{model_events}', '{model_events:site}'], plain))).redis).toMatchObject(
    plain,
  );
  expect(onlyProblem(inClusterMode(['{model_events}', 'model_events:site'], plain)).path).toBe(
    'subscriptions[1].queue',
  );
});

test.each([
  '{model_events}:dlq',
  '{model_events:seen}',
  '{model_events:a}:b',
  '{other}',
  '{model_events',
  'x{model_events}',
])('the queue name %s is refused', (queue) => {
  expect(onlyProblem(inClusterMode(['{model_events:audit}', queue])).path).toBe('subscriptions[1].queue');
});

test('the endpoint of the other mode is refused', () => {
  expect(onlyProblem(set('redis', 'host', configurationEndpoint))).toMatchObject({
    path: 'redis.clusterMode',
    remedy: 'Write "clusterMode": true, and give the queues hash tags.',
  });
  const primary = { host: 'master.events.abc123.use1.cache.amazonaws.com' };
  expect(onlyProblem(inClusterMode(['{model_events}'], primary))).toMatchObject({ path: 'redis.host' });
});

test.each(['master', 'redis1', 'Secret'])('a secret whose ARN ends in %s may be real: it is accepted', (suffix) => {
  const arn = `arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis-${suffix}`;
  expect(readWritten(development(set('redis', 'authSecretArn', arn))).redis).toMatchObject({ authSecretArn: arn });
});

test.each([
  [
    'a secret of China',
    'authSecretArn',
    'arn:aws-cn:secretsmanager:us-east-1:123456789012:secret:hokusai/redis-x7Kq2p',
  ],
  [
    'a key of GovCloud',
    'kmsKeyArn',
    'arn:aws-us-gov:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef',
  ],
])('%s is refused: the pipeline runs in the partition aws only', (_, field, arn) => {
  expect(onlyProblem(set('redis', field, arn)).path).toBe(`redis.${field}`);
});

test.each(['RANDOM', 'XXXXXX', 'xxxxxx', 'AbCdEf', '123456', '000000'])(
  'a secret whose ARN ends in %s, as in an example, is refused with the command that prints the real one',
  (suffix) => {
    const name = 'hokusai/redis/development/auth-token';
    const arn = `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-${suffix}`;
    const { path, rule, remedy } = onlyProblem(set('redis', 'authSecretArn', arn));
    expect(path).toBe('redis.authSecretArn');
    expect(rule).toContain(suffix);
    expect(remedy).toContain(`--secret-id ${name} --query ARN`);
  },
);
