/** What is wrong with one task definition of a producer or consumer. */
import { Stack } from 'aws-cdk-lib';
import type { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import {
  type ContainerWiring,
  isSameSource,
  optionalVariables,
  type Right,
  secretFields,
  type WiredService,
  withoutStage,
} from '../contract/container-wiring';
import { containerEnv } from '../contract/function-env';
import { isOpen, textOf } from './resolved-text';
import { RoleRights } from './role-rights';

/** The pipeline that a container is to be connected to. */
export interface WiredPipeline {
  readonly environmentName: string;
  /** Complete ARN of the secret with the auth token, or with the service's user and password; undefined with IAM. */
  secretArnOf(service: WiredService): string | undefined;
  /** Queues of its subscriptions. */
  readonly queues: readonly string[];
  /** The wiring of a service's container. @param authSecretArn replaces the pipeline's own */
  wiringOf(service: WiredService, authSecretArn?: string): ContainerWiring;
}

export interface CheckedContainer {
  /** Its name. */
  readonly container: string;
  readonly service: WiredService;
  readonly pipeline: WiredPipeline;
}

export interface WiringProblems extends Pick<WiredPipeline, 'environmentName'> {
  readonly refused: readonly string[];
  /** What the app does not show: rights of roles and policies that are defined elsewhere. */
  readonly unverified: readonly string[];
}

/** The container's variables as texts: name → value, and name → `valueFrom`. */
interface Variables {
  readonly plain: ReadonlyMap<string, string>;
  readonly read: ReadonlyMap<string, string>;
}

/** Stands where the ARN is known only to the account. */
const unknownSecret = "<the secret's complete ARN>";

const completeSecretArn = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[^:]+-[A-Za-z0-9]{6}$/;

const remedy = 'Wire the container with ModelEvents.wire().';

export function findWiringProblems(
  task: CfnTaskDefinition,
  { container, service, pipeline }: CheckedContainer,
): WiringProblems {
  const { environmentName, queues } = pipeline;
  const variables = containersOf(task).get(container);
  if (variables === undefined) {
    const refused = ['it is not there. Name it so, or correct "container" of the service in config.'];
    return { environmentName, refused, unverified: [] };
  }
  if (service.queue !== undefined && !queues.includes(service.queue)) {
    const refused = [
      `${containerEnv.queue} is "${service.queue}", which no subscription has: ${queues.join(', ')}. ${remedy}`,
    ];
    return { environmentName, refused, unverified: [] };
  }
  const given = variables.read.get(containerEnv.redisAuthToken);
  const secret = pipeline.secretArnOf(service);
  const own = secret === undefined ? undefined : textOf(secret, Stack.of(task));
  // A Redis that this app creates has no ARN before it is deployed: the container's own is then the one to check.
  const secretArn = own !== undefined && isOpen(own) ? (secretArnIn(given) ?? unknownSecret) : own;
  const wiring = resolved(pipeline.wiringOf(service, secretArn), Stack.of(task));
  const execution = missingRights(
    task,
    'execution role',
    task.executionRoleArn,
    // An ARN that is known after the deployment cannot be compared with one that a policy spells out.
    wiring.executionRights.filter(
      ({ action, resource }) => resource !== unknownSecret && !(action.startsWith('kms:') && isOpen(resource)),
    ),
  );
  const ofTask = missingRights(task, 'task role', task.taskRoleArn, wiring.taskRights);
  return {
    environmentName,
    refused: [
      ...Object.entries(wiring.variables).flatMap(([name, value]) => plainProblems(variables, name, value)),
      ...Object.entries(wiring.secrets).flatMap(([name, from]) => readProblems(variables, name, from)),
      ...execution.refused,
      ...ofTask.refused,
    ],
    unverified: [...execution.unverified, ...ofTask.unverified],
  };
}

/** The variables of a task definition's containers, by the containers' names. */
export function containersOf(task: CfnTaskDefinition): Map<string, Variables> {
  const stack = Stack.of(task);
  const all = (stack.resolve(task.containerDefinitions) ?? []) as CfnTaskDefinition.ContainerDefinitionProperty[];
  return new Map(
    all.map(({ name: container, environment, secrets }) => {
      const plain = (environment ?? []) as CfnTaskDefinition.KeyValuePairProperty[];
      const read = (secrets ?? []) as CfnTaskDefinition.SecretProperty[];
      return [
        textOf(container, stack),
        {
          plain: new Map(plain.map(({ name, value }) => [name ?? '', textOf(value, stack)])),
          read: new Map(read.map(({ name, valueFrom }) => [name, textOf(valueFrom, stack)])),
        },
      ];
    }),
  );
}

/** Its values as the texts that those of the template are compared with. */
function resolved({ variables, secrets, ...rights }: ContainerWiring, stack: Stack): ContainerWiring {
  const values = (texts: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, textOf(text, stack)]));
  const resources = (all: readonly Right[]): Right[] =>
    all.map(({ action, resource }) => ({ action, resource: textOf(resource, stack) }));
  return {
    variables: values(variables),
    secrets: values(secrets),
    executionRights: resources(rights.executionRights),
    taskRights: resources(rights.taskRights),
  };
}

function plainProblems({ plain, read }: Variables, name: string, value: string): string[] {
  const given = plain.get(name);
  if (given === value) return [];
  if (given !== undefined) return [`${name} is "${given}", not "${value}". ${remedy}`];
  if (optionalVariables.includes(name) && !read.has(name)) return [];
  return [`${name} is missing${read.has(name) ? ' among the plain variables' : ''}; set it to "${value}". ${remedy}`];
}

function readProblems({ plain, read }: Variables, name: string, from: string): string[] {
  const given = read.get(name);
  if (plain.has(name)) {
    // The value may be the token, so the message does not repeat it.
    return [`${name} is a plain variable; ECS must read it from ${from}. Remove the plain value. ${remedy}`];
  }
  if (given === undefined) return [`${name} is missing; ECS must read it from ${from}. ${remedy}`];
  if (isSameSource(given, from)) return [];
  const field = secretFields.find((each) => from.endsWith(each));
  return field !== undefined
    ? [`${name} is read from ${faultOf(given, field)}; ECS must read it from ${from}. ${remedy}`]
    : [`${name} is read from ${given}, not from ${from}. ${remedy}`];
}

/** What is wrong with a `valueFrom` that is not as it should be. */
function faultOf(given: string, field: string): string {
  const arn = given.endsWith(field) ? given.slice(0, -field.length) : given;
  // A value that is no ARN may be the token, so the message does not repeat it.
  if (!arn.startsWith('arn:') && !isOpen(arn))
    return 'a value that is not an ARN (a name can resolve to another secret later)';
  if (!given.endsWith(field)) {
    const selector = given.split(':').slice(7).join(':');
    return selector === ''
      ? `${given}, without the suffix "${field}", which is the whole secret`
      : `${given}: ":${selector}" is not the key ${field.replaceAll(':', '')} of the secret's current version`;
  }
  if (!isOpen(arn) && !completeSecretArn.test(arn)) return `${given}, an ARN without the six characters of its secret`;
  return `another secret, ${given}`;
}

/** The secret in a `valueFrom` that is as it should be. */
function secretArnIn(given: string | undefined): string | undefined {
  const source = withoutStage(given ?? '');
  const field = secretFields.find((each) => source.endsWith(each));
  if (field === undefined) return undefined;
  const arn = source.slice(0, -field.length);
  return isOpen(arn) || completeSecretArn.test(arn) ? arn : undefined;
}

function missingRights(
  task: CfnTaskDefinition,
  label: string,
  roleArn: string | undefined,
  rights: readonly Right[],
): Omit<WiringProblems, 'environmentName'> {
  const formatted = (missing: readonly Right[]): string[] =>
    missing.map(({ action, resource }) => `${action} on ${resource}`);
  if (rights.length === 0) return { refused: [], unverified: [] };
  if (roleArn === undefined || Stack.of(task).resolve(roleArn) === undefined) {
    return { refused: [`it has no ${label}, which needs ${formatted(rights).join(', ')}. ${remedy}`], unverified: [] };
  }
  const role = RoleRights.of(roleArn, task);
  const missing = formatted(rights.filter((right) => !role.allows(right)));
  if (role.complete) {
    return { refused: missing.map((right) => `its ${label} may not ${right}. ${remedy}`), unverified: [] };
  }
  return {
    refused: [],
    unverified: missing.map((right) => `this app cannot verify whether its ${label} may ${right}`),
  };
}
