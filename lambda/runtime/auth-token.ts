import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { authTokenIn } from '../../queue/connection';
import type { TokenSource } from '../../queue/session';

/**
 * Reads the Redis auth token from Secrets Manager: once, and again when Redis refused it (it was rotated meanwhile).
 * @param secretArn complete ARN; its value is JSON with `auth_token`, or the plain token.
 */
export function authTokenSource(client: SecretsManagerClient, secretArn: string): TokenSource {
  let token: string | undefined;
  return async (fresh) => {
    if (token === undefined || fresh) token = await read(client, secretArn);
    return token;
  };
}

async function read(client: SecretsManagerClient, secretArn: string): Promise<string> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    return authTokenIn(SecretString ?? '');
  } catch (error) {
    const { name, message } = error as Error;
    throw new Error(`cannot read the Redis token from ${secretArn}: ${name}: ${message}`, { cause: error });
  }
}
