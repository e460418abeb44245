/** Definitions that synth refuses. A title ends with the past incident that the check would have prevented. */
import { Aspects } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Effect, type IRole, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Environment } from '../../config/environment';
import { development, production } from './synthesized';
import { anImage, serviceNamed, TaskStack } from './wired-task';

const consumer = serviceNamed('hokusai-site');
const producer = serviceNamed('hokusai-api');
const where = 'task definition hokusai-site-development, container hokusai-site: ';
const remedy = ' Wire the container with ModelEvents.wire().';
const parameter = 'arn:aws:ssm:us-east-1:123456789012:parameter/hokusai/development/redis';
const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis/development/auth-token-0GWWJx';
const token = `${secret}:auth_token::`;
const readsAll = [
  { actions: ['ssm:GetParameters'], resources: [`${parameter}/host`, `${parameter}/port`] },
  { actions: ['secretsmanager:GetSecretValue'], resources: [secret] },
];
const rightly = {
  name: 'hokusai-site',
  variables: { MODEL_EVENTS_QUEUE: 'model_events:site' } as Record<string, string>,
  secrets: { REDIS_HOST: `${parameter}/host`, REDIS_PORT: `${parameter}/port`, REDIS_AUTH_TOKEN: token } as Record<
    string,
    string
  >,
};

/** The errors of synth for the consumer's definition with these changes, and a role with these permissions. */
function refusals(changed: Partial<typeof rightly> = {}, rights = readsAll): string[] {
  const stack = new TaskStack();
  define(stack, roleWith(stack, rights), changed);
  return stack.refusals();
}

function define(stack: TaskStack, role: IRole, changed: Partial<typeof rightly> = {}): CfnTaskDefinition {
  const { name, variables, secrets } = { ...rightly, ...changed };
  return new CfnTaskDefinition(stack, 'Definition', {
    family: consumer.family,
    executionRoleArn: role.roleArn,
    containerDefinitions: [
      {
        name,
        image: 'busybox',
        environment: Object.entries(variables).map(([key, value]) => ({ name: key, value })),
        secrets: Object.entries(secrets).map(([key, valueFrom]) => ({ name: key, valueFrom })),
      },
    ],
  });
}

function roleWith(stack: TaskStack, rights: { actions: string[]; resources: string[]; effect?: Effect }[]): Role {
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
  for (const statement of rights) role.addToPolicy(new PolicyStatement(statement));
  return role;
}

function readFrom(valueFrom: string): string[] {
  return refusals({ secrets: { ...rightly.secrets, REDIS_AUTH_TOKEN: valueFrom } });
}

test('a producer and a consumer are accepted if `wire` wires them, and if they are defined by hand', () => {
  for (const service of [consumer, producer]) {
    const stack = new TaskStack();
    stack.wired(service);
    expect(stack.refusals()).toEqual([]);
  }
  expect(refusals()).toEqual([]);
});

test('a family that is neither producer nor consumer is not checked', () => {
  const stack = new TaskStack();
  stack.task({ ...consumer, family: 'hokusai-worker' }).addContainer('worker', { image: anImage });
  expect(stack.refusals()).toEqual([]);
});

describe('synth refuses variables', () => {
  test('that are missing, and names each one (incident: definitions registered again without their Redis secrets)', () => {
    const stack = new TaskStack();
    stack.task(consumer).addContainer(consumer.container, { image: anImage });
    const needed = `ssm:GetParameters on ${parameter}/host, ssm:GetParameters on ${parameter}/port, secretsmanager:GetSecretValue on ${secret}`;
    expect(stack.refusals()).toEqual([
      `${where}MODEL_EVENTS_QUEUE is missing; set it to "model_events:site".${remedy}`,
      `${where}REDIS_HOST is missing; ECS must read it from ${parameter}/host.${remedy}`,
      `${where}REDIS_PORT is missing; ECS must read it from ${parameter}/port.${remedy}`,
      `${where}REDIS_AUTH_TOKEN is missing; ECS must read it from ${token}.${remedy}`,
      `${where}it has no execution role, which needs ${needed}.${remedy}`,
    ]);
  });

  test('of a container whose configured name does not exist', () => {
    expect(refusals({ name: 'site' })).toEqual([
      `${where}it is not there. Name it so, or correct "container" of the service in config.`,
    ]);
  });

  test("that name another service's queue (incident: one queue for two services, each got half of the messages)", () => {
    expect(refusals({ variables: { MODEL_EVENTS_QUEUE: 'model_events' } })).toEqual([
      `${where}MODEL_EVENTS_QUEUE is "model_events", not "model_events:site".${remedy}`,
    ]);
  });

  test("that contradict the subscription's retry limit or the environment; a container may lack both", () => {
    const other = { MODEL_EVENTS_MAX_RETRIES: '5', MODEL_EVENTS_ENVIRONMENT: 'production' };
    expect(refusals({ variables: { ...rightly.variables, ...other } })).toEqual([
      `${where}MODEL_EVENTS_ENVIRONMENT is "production", not "development".${remedy}`,
      `${where}MODEL_EVENTS_MAX_RETRIES is "5", not "3".${remedy}`,
    ]);
  });

  test('with the token as plain text, without repeating it', () => {
    const { REDIS_AUTH_TOKEN, ...secrets } = rightly.secrets;
    expect(REDIS_AUTH_TOKEN).toBeDefined();
    expect(refusals({ secrets, variables: { ...rightly.variables, REDIS_AUTH_TOKEN: 'S3cret&Token' } })).toEqual([
      `${where}REDIS_AUTH_TOKEN is a plain variable; ECS must read it from ${token}. Remove the plain value.${remedy}`,
    ]);
  });

  test('with the host as plain text instead of a reference (incident: a URL instead of the host name)', () => {
    const { REDIS_HOST, ...secrets } = rightly.secrets;
    expect(REDIS_HOST).toBeDefined();
    const variables = { ...rightly.variables, REDIS_HOST: 'rediss://:t@k/en@redis:6379' };
    expect(refusals({ secrets, variables })).toEqual([
      `${where}REDIS_HOST is a plain variable; ECS must read it from ${parameter}/host. Remove the plain value.${remedy}`,
    ]);
  });

  test("read from another environment's parameter", () => {
    const other = '/hokusai/production/redis/host';
    expect(refusals({ secrets: { ...rightly.secrets, REDIS_HOST: other } })).toEqual([
      `${where}REDIS_HOST is read from ${other}, not from ${parameter}/host.${remedy}`,
    ]);
  });
});

describe('synth refuses a token read from', () => {
  const errors = (fault: string): string[] => [
    `${where}REDIS_AUTH_TOKEN is read from ${fault}; ECS must read it from ${token}.${remedy}`,
  ];
  const suffixless = secret.slice(0, -'-0GWWJx'.length);

  test("a secret's name", () => {
    const fault = 'a value that is not an ARN (a name can resolve to another secret later)';
    expect(readFrom('hokusai/redis/development/auth-token:auth_token::')).toEqual(errors(fault));
    expect(readFrom('hokusai/redis/development/auth-token')).toEqual(errors(fault));
  });

  test('an ARN without the suffix of six characters', () => {
    const given = `${suffixless}:auth_token::`;
    expect(readFrom(given)).toEqual(errors(`${given}, an ARN without the six characters of its secret`));
  });

  test('an ARN with a wrong suffix of six characters (incident: a made-up suffix)', () => {
    const given = `${suffixless}-AbCdEf:auth_token::`;
    expect(readFrom(given)).toEqual(errors(`another secret, ${given}`));
  });

  test('the whole secret, without a key of its JSON', () => {
    expect(readFrom(secret)).toEqual(
      errors(`${secret}, without the suffix ":auth_token::", which is the whole secret`),
    );
  });

  test.each([':password::', ':auth_token:AWSPREVIOUS:', ':auth_token::0a1b2c3d', ':auth_token'])(
    'another part of the secret: %s',
    (selector) => {
      expect(readFrom(`${secret}${selector}`)).toEqual(
        errors(`${secret}${selector}: "${selector}" is not the key auth_token of the secret's current version`),
      );
    },
  );

  test('nothing else: the stage of the current version may be named', () => {
    expect(readFrom(`${secret}:auth_token:AWSCURRENT:`)).toEqual([]);
  });
});

describe('synth refuses an execution role', () => {
  test('that may not read the secret (incident: the role could not read it)', () => {
    expect(refusals({}, readsAll.slice(0, 1))).toEqual([
      `${where}its execution role may not secretsmanager:GetSecretValue on ${secret}.${remedy}`,
    ]);
  });

  test('that may read only one of the two parameters', () => {
    const rights = [{ actions: ['ssm:Get*'], resources: [`${parameter}/host`] }, ...readsAll.slice(1)];
    expect(refusals({}, rights)).toEqual([
      `${where}its execution role may not ssm:GetParameters on ${parameter}/port.${remedy}`,
    ]);
  });

  test('with a policy that denies an allowed action', () => {
    const denial = { effect: Effect.DENY, actions: ['secretsmanager:*'], resources: ['*'] };
    expect(refusals({}, [...readsAll, denial])).toHaveLength(1);
  });

  test("that may not use the secret's key", () => {
    const kmsKeyArn = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
    const stack = new TaskStack({ ...development, redis: { ...development.redis, kmsKeyArn } as Environment['redis'] });
    define(stack, roleWith(stack, readsAll));
    expect(stack.refusals()).toEqual([`${where}its execution role may not kms:Decrypt on ${kmsKeyArn}.${remedy}`]);
  });
});

test('a producer whose task may not put events on the bus is refused', () => {
  const stack = new TaskStack();
  const taskRole = new Role(stack, 'Mute', {
    assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
  }).withoutPolicyUpdates();
  stack.wired(producer, stack.task(producer, { taskRole }));
  expect(stack.refusals()).toEqual(
    ['events:PutEvents', 'events:DescribeEventBus'].map(
      (action) =>
        `task definition hokusai-api-development, container hokusai-api: its task role may not ${action} on ` +
        `arn:aws:events:us-east-1:123456789012:event-bus/hokusai-development.${remedy}`,
    ),
  );
});

describe('permissions of the execution role are recognized', () => {
  test('in a managed policy of the stack and in an inline one', () => {
    const stack = new TaskStack();
    const [parameters, secrets] = readsAll.map((statement) => new PolicyStatement(statement));
    const policy = new ManagedPolicy(stack, 'Policy', { statements: parameters === undefined ? [] : [parameters] });
    const role = roleWith(stack, []);
    role.addManagedPolicy(policy);
    if (secrets !== undefined) role.addToPolicy(secrets);
    define(stack, role);
    expect(stack.refusals()).toEqual([]);
  });

  test('if another Aspect grants them later', () => {
    const stack = new TaskStack();
    const role = roleWith(stack, []);
    define(stack, role);
    Aspects.of(stack).add({
      visit: (node) => {
        if (node === stack) for (const statement of readsAll) role.addToPolicy(new PolicyStatement(statement));
      },
    });
    expect(stack.refusals()).toEqual([]);
  });

  test('if the stack grants them to an existing role; for an immutable role the warning names the command that checks it', () => {
    const arn = 'arn:aws:iam::123456789012:role/hokusai/ecs-execution';
    const seen = new TaskStack();
    const role = Role.fromRoleArn(seen, 'Role', arn);
    for (const statement of readsAll) role.addToPrincipalPolicy(new PolicyStatement(statement));
    define(seen, role);
    expect(seen.refusals()).toEqual([]);
    Annotations.fromStack(seen).hasNoWarning('*', Match.anyValue());

    const immutable = new TaskStack();
    define(immutable, Role.fromRoleArn(immutable, 'Role', arn, { mutable: false }));
    expect(immutable.refusals()).toEqual([]);
    Annotations.fromStack(immutable).hasWarning(
      '*',
      Match.stringLikeRegexp(
        `container hokusai-site: this app cannot verify whether its execution role may ssm:GetParameters .*npx model-events ecs check -e development`,
      ),
    );
  });
});

test('if another stack creates Redis, user and password may come from an ARN that is resolved at deployment', () => {
  const [service] = production.services;
  if (service === undefined) throw new Error('production has no service');
  const stack = new TaskStack(production);
  stack.task(service).addContainer(service.container, { image: anImage });
  expect(stack.refusals()).toContainEqual(
    expect.stringContaining(
      "REDIS_AUTH_TOKEN is missing; ECS must read it from <the secret's complete ARN>:password::",
    ),
  );
});
