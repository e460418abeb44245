/** What a producer's or consumer's container must be given, and what its task's two roles must be allowed for it. */
import { eventBusName } from './event-source';
import { consumerEnv, containerEnv, iamEnv, producerEnv, userEnv } from './function-env';
import { connectRights } from './iam-cache';
import { redisHostParameter, redisPortParameter } from './parameter-names';
import { policyOf, type Subscription } from './subscriptions';

/** Where the container runs. */
interface WiringHome {
  readonly environment: string;
  readonly account: string;
  readonly region: string;
  /** Complete ARN of the secret with the auth token, or with the service's user and password; undefined with IAM. */
  readonly authSecretArn: string | undefined;
  /** Whether Redis has users; a producer then has none. @default false */
  readonly hasUsers?: boolean | undefined;
  /** With IAM: the cache, and a consumer's user. */
  readonly iam?: { readonly cacheArn: string; readonly userId: string } | undefined;
  /** The secret's own key; left out where Secrets Manager uses `aws/secretsmanager`. */
  readonly kmsKeyArn?: string | undefined;
  readonly subscriptions: readonly Subscription[];
}

export interface WiredService {
  readonly role: 'producer' | 'consumer';
  /** A consumer's own queue. */
  readonly queue?: string | undefined;
}

export interface Right {
  /** As in `ssm:GetParameters`. */
  readonly action: string;
  /** ARN of the one thing that it is needed for. */
  readonly resource: string;
}

export interface ContainerWiring {
  /** Plain variables: name → value. */
  readonly variables: Readonly<Record<string, string>>;
  /** Variables that ECS reads when a task starts: name → `valueFrom`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Of the execution role, with which ECS reads the secrets. */
  readonly executionRights: readonly Right[];
  /** Of the task role, with which the container itself calls AWS. */
  readonly taskRights: readonly Right[];
}

/** Behind the secret's ARN in `valueFrom`: the key of the JSON in the secret, of its current version. */
export const authTokenField = ':auth_token::';
export const passwordField = ':password::';
const usernameField = ':username::';

/** What ends a `valueFrom` of the secret: token, password or user. */
export const secretFields: readonly string[] = [authTokenField, passwordField, usernameField];

/** Whether ECS reads the same value from both: it also accepts a parameter of its region by name, and the current version by its stage. */
export function isSameSource(actual: string, expected: string): boolean {
  if (actual.startsWith('/')) return expected.endsWith(`:parameter${actual}`);
  return withoutStage(actual) === expected;
}

/** A `valueFrom` of a field of the secret with its usual ending, if it names the stage of the current version. */
export function withoutStage(valueFrom: string): string {
  return valueFrom.replace(/:(auth_token|password|username):AWSCURRENT:$/, ':$1::');
}

/** Variables that a container may lack: a consumer then uses its own defaults. */
export const optionalVariables: readonly string[] = Object.values(consumerEnv);

/** The wiring of one service, as the infrastructure makes it and as every check expects it. */
export function containerWiring(home: WiringHome, service: WiredService): ContainerWiring {
  const { environment, account, region, authSecretArn, kmsKeyArn, iam, hasUsers = iam !== undefined } = home;
  const connects = !hasUsers || service.queue !== undefined;
  const parameterArn = (name: string): string => `arn:aws:ssm:${region}:${account}:parameter${name}`;
  const host = parameterArn(redisHostParameter(environment));
  const port = parameterArn(redisPortParameter(environment));
  const bus = eventBusName(environment);
  return {
    variables: {
      ...(service.queue === undefined
        ? {}
        : {
            [containerEnv.queue]: service.queue,
            [consumerEnv.environment]: environment,
            [consumerEnv.maxRetries]: String(
              policyOf(home.subscriptions.find(({ queue }) => queue === service.queue)).maxRetries,
            ),
          }),
      ...(iam !== undefined && connects
        ? { [userEnv.redisUsername]: iam.userId, [iamEnv.iamCacheArn]: iam.cacheArn }
        : {}),
      ...(service.role === 'producer' ? { [producerEnv.eventBus]: bus } : {}),
    },
    secrets: connects
      ? {
          [containerEnv.redisHost]: host,
          [containerEnv.redisPort]: port,
          ...(authSecretArn === undefined
            ? {}
            : {
                ...(hasUsers ? { [userEnv.redisUsername]: `${authSecretArn}${usernameField}` } : {}),
                [containerEnv.redisAuthToken]: `${authSecretArn}${hasUsers ? passwordField : authTokenField}`,
              }),
        }
      : {},
    executionRights: connects
      ? [
          { action: 'ssm:GetParameters', resource: host },
          { action: 'ssm:GetParameters', resource: port },
          ...(authSecretArn === undefined
            ? []
            : [
                { action: 'secretsmanager:GetSecretValue', resource: authSecretArn },
                ...(kmsKeyArn === undefined ? [] : [{ action: 'kms:Decrypt', resource: kmsKeyArn }]),
              ]),
        ]
      : [],
    // The relay of the outbox checks that the bus exists: EventBridge drops events for an unknown bus without an error.
    taskRights: [
      ...(iam !== undefined && connects ? connectRights(iam.cacheArn, iam.userId) : []),
      ...(service.role === 'producer' ? ['events:PutEvents', 'events:DescribeEventBus'] : []).map((action) => ({
        action,
        resource: `arn:aws:events:${region}:${account}:event-bus/${bus}`,
      })),
    ],
  };
}
