import type { Environment } from '../config/environment';

/** A Redis that functions and containers can be connected to: values of the configuration, or references to what is created. */
export interface RedisEndpoint {
  /** The primary's host name. */
  readonly host: string;
  readonly port: number;
  readonly securityGroupId: string;
  /** Complete ARN of the secret with the auth token. */
  readonly authSecretArn: string;
  /** The secret's own KMS key. @default `aws/secretsmanager` */
  readonly kmsKeyArn?: string | undefined;
}

/** The Redis that the configuration describes as being there already. */
export function importedEndpoint({ environment, redis }: Environment): RedisEndpoint {
  if (redis.source === 'imported') return redis;
  throw new Error(
    `The Redis of ${environment} is created by a stack: hand that stack's endpoint to the stacks that use Redis, as bin/app.ts does`,
  );
}
