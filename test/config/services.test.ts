import { readEnvironment } from '../../config/read-environment';
import { development, onlyProblem, readWritten, set, type Written } from './configuration-file';

const consumer = {
  name: 'worker',
  family: 'worker',
  container: 'worker',
  role: 'consumer',
  queue: 'model_events',
  cluster: 'c',
};
const producer = { name: 'api', family: 'api', container: 'api', role: 'producer', cluster: 'c' };
const group = 'sg-0c1d2e3f4a5b60718';
const role = 'arn:aws:iam::123456789012:role/api';
const targetGroupArn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/api/0123456789abcdef';
const withServices =
  (...services: Written[]) =>
  (written: Record<string, Written>) => {
    (written as Record<string, unknown>)['services'] = services;
  };

test('development has the four services of the design, two that produce and two that consume', () => {
  const { services } = readEnvironment('development');
  expect(services.map(({ family, role, queue, port }) => [family, role, queue ?? port])).toEqual([
    ['hokusai-api-development', 'producer', 8001],
    ['hokusai-mlflow-development', 'producer', undefined],
    ['hokusai-site-development', 'consumer', 'model_events:site'],
    ['hokusai-token-development', 'consumer', 'model_events'],
  ]);
});

test('a file without the key services has no services', () => {
  expect(readWritten(development((written) => delete written['services'])).services).toEqual([]);
});

test.each<[string, Written[], string, RegExp]>([
  ['an unknown role', [{ ...producer, role: 'both' }], 'services[0].role', /"producer".*or "consumer"/],
  ['a consumer without a queue', [{ ...consumer, queue: undefined }], 'services[0].queue', /takes its messages from/],
  [
    'a consumer on a queue that no subscription fills',
    [{ ...consumer, queue: 'model_events:unknown' }],
    'services[0].queue',
    /takes its messages from/,
  ],
  [
    "a consumer on another service's queue, so that each sees a part of the messages",
    [{ ...consumer, name: 'hokusai-site' }],
    'services[0].queue',
    /"model_events:site", the queue of the subscription of hokusai-site/,
  ],
  ['a producer with a queue', [{ ...producer, queue: 'model_events' }], 'services[0].queue', /has no queue/],
  ['a family with a revision', [{ ...producer, family: 'api:7' }], 'services[0].family', /letters, digits/],
  ['one family twice', [producer, { ...producer, name: 'api-2' }], 'services[1].family', /no other of the services/],
  [
    'memory that Fargate does not offer',
    [{ ...producer, cpu: 512 }],
    'services[0].memoryMegabytes',
    /from 1024 to 4096/,
  ],
  [
    'a target group for a service without a port',
    [{ ...producer, targetGroupArn }],
    'services[0].targetGroupArn',
    /no port/,
  ],
  [
    'clients of a running security group, whose own rules admit them',
    [{ ...producer, port: 80, securityGroupId: group, clientSecurityGroupIds: [group] }],
    'services[0].clientSecurityGroupIds',
    /beside securityGroupId/,
  ],
  [
    'policies beside a role that has its own',
    [{ ...producer, taskRoleArn: role, taskPolicyArns: ['arn:aws:iam::123456789012:policy/files'] }],
    'services[0].taskPolicyArns',
    /beside taskRoleArn/,
  ],
  [
    'the role of another account',
    [{ ...producer, taskRoleArn: role.replace('123456789012', '210987654321') }],
    'services[0].taskRoleArn',
    /an ARN of account 123456789012/,
  ],
  [
    '1536 MB for a quarter of a CPU',
    [{ ...producer, memoryMegabytes: 1536 }],
    'services[0].memoryMegabytes',
    /512 to 2048/,
  ],
])('refused: %s', (_, services, path, rule) => {
  expect(onlyProblem(withServices(...services))).toMatchObject({ path, rule: expect.stringMatching(rule) as string });
});

test('services in a VPC whose endpoints admit only the functions are refused: ECS could not start them', () => {
  const change = set('vpc', 'interfaceEndpoints', true);
  const { path, rule, remedy } = onlyProblem(change);
  expect(path).toBe('vpc.interfaceEndpoints');
  expect(rule).toContain('no task in subnets without a route to ECR, S3, CloudWatch Logs, SSM and Secrets Manager');
  expect(remedy).toContain('vpc.otherEndpoints');
  const both = development((written) => {
    change(written);
    set('vpc', 'otherEndpoints', true)(written);
  });
  expect(readWritten(both).vpc).toMatchObject({ interfaceEndpoints: true, otherEndpoints: true });
  const none = development((written) => {
    change(written);
    delete written['services'];
  });
  expect(readWritten(none).vpc.interfaceEndpoints).toBe(true);
});

test('two consumers may share the default queue, which has the name of neither, as workers of one consumer', () => {
  const { services } = readWritten(
    development(withServices(consumer, { ...consumer, name: 'worker-2', family: 'worker-2' })),
  );
  expect(services.map(({ queue }) => queue)).toEqual(['model_events', 'model_events']);
});
