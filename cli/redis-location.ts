/** Location of an environment's Redis, its token and its key, imported or created. */
import {
  DescribeSecretCommand,
  type DescribeSecretResponse,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type IamUsers, iamUsersOf } from '../config/created-redis';
import type { Environment } from '../config/environment';
import { importedIamUsers } from '../config/redis-authentication';
import { redisUsers, redisUserSecret } from '../contract/redis-users';
import { replicationGroupIdOf } from '../config/replication-group-id';
import type { Account } from './account';
import { isAbsent } from './aws-error';

export interface RedisPlace {
  readonly replicationGroupId: string;
  /** Complete ARN of the secret; undefined before the stack that creates it is deployed. */
  readonly secretArn: string | undefined;
  /** With users: the secrets that exist, by user (`publisher`, `operator`, services); `secretArn` is the operator's. */
  readonly userSecretArns?: Readonly<Record<string, string>> | undefined;
  /** With IAM: the cache and its users, instead of secrets. */
  readonly iam?: IamUsers | undefined;
  /** The secret's customer managed key; undefined for the key of Secrets Manager. */
  readonly kmsKeyArn: string | undefined;
  /** Undefined for a created Redis: ElastiCache has it. */
  readonly endpoint: { readonly host: string; readonly port: number } | undefined;
  readonly securityGroupId: string | undefined;
}

/** The command that deploys a created Redis. */
export const deployRedis = ({ environment }: Environment): string =>
  `npx cdk deploy -c environment=${environment} ModelEventsRedis-${environment}`;

export async function redisPlaceOf(environment: Environment, account: Account): Promise<RedisPlace> {
  const { redis } = environment;
  if (redis.source === 'imported') {
    return {
      replicationGroupId: redis.replicationGroupId,
      iam: importedIamUsers(redis, environment),
      secretArn: redis.authSecretArn,
      kmsKeyArn: redis.kmsKeyArn,
      endpoint: { host: redis.host, port: redis.port },
      securityGroupId: redis.securityGroupId,
    };
  }
  const name = environment.environment;
  if (redis.auth === 'iam') {
    return {
      replicationGroupId: replicationGroupIdOf(environment),
      iam: iamUsersOf(redis.kind, environment, environment.subscriptions),
      secretArn: undefined,
      kmsKeyArn: undefined,
      endpoint: undefined,
      securityGroupId: undefined,
    };
  }
  const users = redis.auth === 'users' ? redisUsers(environment.subscriptions).map((user) => user.name) : [];
  const secrets = await Promise.all(users.map((user) => described(account, redisUserSecret(name, user))));
  const secret =
    redis.auth === 'users'
      ? secrets[users.indexOf('operator')]
      : await described(account, `hokusai/redis/${name}/auth-token`);
  return {
    replicationGroupId: replicationGroupIdOf(environment),
    ...(redis.auth === 'users'
      ? {
          userSecretArns: Object.fromEntries(
            users.flatMap((user, index) => (secrets[index]?.ARN === undefined ? [] : [[user, secrets[index].ARN]])),
          ),
        }
      : {}),
    secretArn: secret?.ARN,
    kmsKeyArn: secret?.KmsKeyId,
    endpoint: undefined,
    securityGroupId: undefined,
  };
}

/** @returns undefined if the secret does not exist */
export async function described(account: Account, secretId: string): Promise<DescribeSecretResponse | undefined> {
  try {
    return await account.client(SecretsManagerClient).send(new DescribeSecretCommand({ SecretId: secretId }));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
