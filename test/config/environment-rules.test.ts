import { parseSubscriptions, formatSubscriptions } from '../../contract/subscriptions';
import { reservedQueueNames } from '../../contract/patterns';
import { development, onlyProblem, readWritten, refused, set, setTop, type Written } from './configuration-file';

test('settings that a file omits have their defaults', () => {
  const written = development((each) => {
    delete each['redis']?.['port'];
    delete each['archiveRetentionDays'];
    delete each['logRetentionDays'];
  });
  expect(readWritten(written)).toMatchObject({
    redis: { port: 6379 },
    publisher: {
      batchSize: 10,
      maximumBatchingWindowSeconds: 0,
      maximumConcurrency: 10,
      timeoutSeconds: 7,
      memoryMegabytes: 512,
      provisionedConcurrency: 0,
    },
    buffer: { retentionDays: 4, visibilityTimeoutSeconds: 45, maxReceiveCount: 1000 },
    archiveRetentionDays: 90,
    logRetentionDays: 90,
    seenHours: 24,
  });
});

test.each<[string, (written: Record<string, Written>) => void, string, RegExp]>([
  ['account', setTop('account', 123456789012), 'account', /12 digits, in quotes/],
  ['region', setTop('region', 'virginia'), 'region', /AWS region/],
  ['a region of China', setTop('region', 'cn-north-1'), 'region', /China and GovCloud, which are not supported/],
  ['a region of GovCloud', setTop('region', 'us-gov-west-1'), 'region', /China and GovCloud, which are not supported/],
  ['VPC id', set('vpc', 'vpcId', 'vpc-123'), 'vpc.vpcId', /an id as in vpc-/],
  [
    'subnet id',
    set('vpc', 'privateSubnetIds', ['subnet-0a1b2c3d4e5f60718', 'a']),
    'vpc.privateSubnetIds[1]',
    /an id as in subnet-/,
  ],
  ['security group id', set('redis', 'securityGroupId', 'default'), 'redis.securityGroupId', /an id as in sg-/],
  ['one zone', set('vpc', 'availabilityZones', ['us-east-1a']), 'vpc.availabilityZones', /at least 2/],
  [
    'a zone of another region',
    set('vpc', 'availabilityZones', ['us-east-1a', 'us-west-2b']),
    'vpc.availabilityZones[1]',
    /a zone of us-east-1/,
  ],
  [
    'three zones, two subnets',
    set('vpc', 'availabilityZones', ['us-east-1a', 'us-east-1b', 'us-east-1c']),
    'vpc.privateSubnetIds',
    /one subnet for each of the 3 zones/,
  ],
  ['port', set('redis', 'port', '6379'), 'redis.port', /from 1 to 65535/],
  ['replicas', set('redis', 'replicas', 6), 'redis.replicas', /from 0 to 5/],
  [
    'a key alias',
    set('redis', 'kmsKeyArn', 'arn:aws:kms:us-east-1:123456789012:alias/redis'),
    'redis.kmsKeyArn',
    /not an alias/,
  ],
  ['no subscription', setTop('subscriptions', []), 'subscriptions', /at least 1/],
  [
    'concurrency of 1, which Lambda refuses',
    set('publisher', 'maximumConcurrency', 1),
    'publisher.maximumConcurrency',
    /from 2 to 1000/,
  ],
  [
    'a log retention that CloudWatch does not know',
    setTop('logRetentionDays', 31),
    'logRetentionDays',
    /number of days/,
  ],
  [
    'large batches without a window',
    set('publisher', 'batchSize', 11),
    'publisher.maximumBatchingWindowSeconds',
    /at least 1/,
  ],
  [
    'more provisioned instances than concurrent invocations',
    set('publisher', 'provisionedConcurrency', 11),
    'publisher.provisionedConcurrency',
    /at most publisher\.maximumConcurrency, 10/,
  ],
  ['a runbook that is a path', set('alarms', 'runbookUrl', 'docs/runbook.md'), 'alarms.runbookUrl', /https address/],
  [
    'a runbook without TLS',
    set('alarms', 'runbookUrl', 'http://wiki.example.com/runbook'),
    'alarms.runbookUrl',
    /https address/,
  ],
  ['a group that is a number', setTop('publisher', 5), 'publisher', /a group of settings/],
])('refused: %s', (_, change, path, rule) => {
  expect(onlyProblem(change)).toMatchObject({ path, rule: expect.stringMatching(rule) as string });
});

test('an unknown setting is refused, and the nearest known one named', () => {
  const problem = onlyProblem(set('publisher', 'batchsize', 5));
  expect(problem.path).toBe('publisher.batchsize');
  expect(problem.remedy).toContain('Did you mean "batchSize"?');
});

test('the value of an unknown setting is not shown: it may be a token', () => {
  const { message } = refused(development(set('redis', 'authToken', 'hunter2-hunter2-hunter2')));
  expect(message).toContain('Did you mean "authSecretArn"?');
  expect(message).not.toContain('hunter2');
});

test("a secret's name where its complete ARN is needed is refused, with the command that prints the ARN", () => {
  const problem = onlyProblem(set('redis', 'authSecretArn', 'hokusai/redis/development/auth-token'));
  expect(problem.rule).toContain('complete ARN');
  expect(problem.value).toBe('"hokusai/redis/development/auth-token"');
  expect(problem.remedy).toContain('--secret-id hokusai/redis/development/auth-token --query ARN');
});

test('an ARN without the suffix of six characters is refused', () => {
  const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis/development/auth-token';
  expect(onlyProblem(set('redis', 'authSecretArn', arn)).rule).toContain('six characters');
});

test('a token pasted in place of the ARN of its secret is not shown', () => {
  const { message } = refused(development(set('redis', 'authSecretArn', 'tHe-T0ken!&#$^<>')));
  expect(message).toContain('a text of 16 characters, not shown');
  expect(message).not.toContain('tHe-T0ken');
});

test.each([
  ['another account', 'arn:aws:secretsmanager:us-east-1:999999999999:secret:hokusai/redis-0GWWJx'],
  ['another region', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:hokusai/redis-0GWWJx'],
])('a secret of %s is refused', (_, arn) => {
  const problem = onlyProblem(set('redis', 'authSecretArn', arn));
  expect(problem).toMatchObject({
    path: 'redis.authSecretArn',
    rule: expect.stringContaining('account 123456789012, region us-east-1') as string,
  });
});

test.each(['rediss://cache.example.com', 'cache.example.com:6379', 'cache.example.com/0', 'cache', '10.0.0.1', ''])(
  '%p is refused as a host name',
  (host) => {
    expect(onlyProblem(set('redis', 'host', host))).toMatchObject({
      path: 'redis.host',
      rule: expect.stringContaining('host name alone') as string,
    });
  },
);

test('a token inside a URL is not shown, whatever characters it has', () => {
  const { value } = onlyProblem(set('redis', 'host', 'rediss://:p@ss/w0rd@cache.example.com:6379'));
  expect(value).toBe('"rediss://…@cache.example.com:6379"');
});

test.each(reservedQueueNames)(
  'a queue called model_events:%s is refused: the queue model_events owns that key',
  (name) => {
    const problem = onlyProblem(setTop('subscriptions', [{ service: 'hokusai-token', queue: `model_events:${name}` }]));
    expect(problem.path).toBe('subscriptions[0].queue');
  },
);

test.each(['events', 'model_events:', 'model_events:a:b', 'model_events:A'])(
  'a queue called %s is refused',
  (queue) => {
    expect(onlyProblem(setTop('subscriptions', [{ service: 'hokusai-token', queue }])).path).toBe(
      'subscriptions[0].queue',
    );
  },
);

test('two services on one queue are refused: each would see a part of the messages', () => {
  const twice = [
    { service: 'hokusai-token', queue: 'model_events' },
    { service: 'hokusai-site', queue: 'model_events' },
  ];
  expect(onlyProblem(setTop('subscriptions', twice))).toMatchObject({
    path: 'subscriptions[1].queue',
    value: '"model_events", as in subscriptions[0]',
  });
});

test('one service with two queues is refused', () => {
  const twice = [
    { service: 'hokusai-token', queue: 'model_events' },
    { service: 'hokusai-token', queue: 'model_events:site' },
  ];
  expect(onlyProblem(setTop('subscriptions', twice)).path).toBe('subscriptions[1].service');
});

test('subscriptions that are accepted here are understood by the functions', () => {
  const { subscriptions } = readWritten(
    development((written) => {
      setTop('subscriptions', [
        { service: 'a', queue: 'model_events' },
        { service: 'b-1', queue: `model_events:${'x'.repeat(40)}` },
        { service: 'c', queue: 'model_events:dlq-2' },
      ])(written);
      written['services'] = [] as never;
    }),
  );
  expect(parseSubscriptions(formatSubscriptions(subscriptions))).toMatchObject(subscriptions);
});

test("a visibility timeout under six times the publisher's timeout is refused", () => {
  expect(onlyProblem(set('buffer', 'visibilityTimeoutSeconds', 41))).toMatchObject({
    path: 'buffer.visibilityTimeoutSeconds',
    value: '41',
    rule: expect.stringContaining('at least 42') as string,
  });
  expect(onlyProblem(set('publisher', 'timeoutSeconds', 8)).rule).toContain('at least 48');
});
