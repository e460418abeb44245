/** Where an environment's Redis, its token and its key are, whoever made them. */
import {
  DescribeSecretCommand,
  type DescribeSecretResponse,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Environment } from '../config/environment';
import type { Account } from './account';
import { isAbsent } from './aws-error';

export interface RedisPlace {
  readonly replicationGroupId: string;
  /** Complete ARN of the secret; undefined where the stack that creates it has not been deployed. */
  readonly secretArn: string | undefined;
  /** The secret's own key; undefined where Secrets Manager uses its own. */
  readonly kmsKeyArn: string | undefined;
  /** Undefined where ElastiCache says it: a Redis that a stack created. */
  readonly endpoint: { readonly host: string; readonly port: number } | undefined;
  readonly securityGroupId: string | undefined;
}

/** The command that creates a Redis which is to be created. */
export const deployRedis = ({ environment }: Environment): string =>
  `npx cdk deploy -c environment=${environment} ModelEventsRedis-${environment}`;

export async function redisPlaceOf(environment: Environment, account: Account): Promise<RedisPlace> {
  const { redis } = environment;
  if (redis.source === 'imported') {
    return {
      replicationGroupId: redis.replicationGroupId,
      secretArn: redis.authSecretArn,
      kmsKeyArn: redis.kmsKeyArn,
      endpoint: { host: redis.host, port: redis.port },
      securityGroupId: redis.securityGroupId,
    };
  }
  const name = environment.environment;
  const secret = await described(account, `hokusai/redis/${name}/auth-token`);
  return {
    replicationGroupId: `hokusai-redis-${name}`,
    secretArn: secret?.ARN,
    kmsKeyArn: secret?.KmsKeyId,
    endpoint: undefined,
    securityGroupId: undefined,
  };
}

/** @returns undefined where there is no such secret */
export async function described(account: Account, secretId: string): Promise<DescribeSecretResponse | undefined> {
  try {
    return await account.client(SecretsManagerClient).send(new DescribeSecretCommand({ SecretId: secretId }));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
