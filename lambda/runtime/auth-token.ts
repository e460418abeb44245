import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { credentialsIn, type RedisCredentials } from '../../queue/secret-text';
import type { TokenSource } from '../../queue/session';

/**
 * Reads the Redis token, or user and password, from Secrets Manager: once, and again when Redis refused it (it was rotated meanwhile).
 * @param secretArn complete ARN; its value as `credentialsIn` reads it.
 */
export function authTokenSource(client: SecretsManagerClient, secretArn: string): TokenSource {
  let credentials: RedisCredentials | undefined;
  return async (fresh) => {
    if (credentials === undefined || fresh) credentials = await read(client, secretArn);
    return credentials;
  };
}

async function read(client: SecretsManagerClient, secretArn: string): Promise<RedisCredentials> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    return credentialsIn(SecretString ?? '');
  } catch (error) {
    const { name, message } = error as Error;
    throw new Error(`cannot read the Redis token from ${secretArn}: ${name}: ${message}`, { cause: error });
  }
}
