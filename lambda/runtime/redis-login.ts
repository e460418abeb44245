import {
  GetSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { iamTokenSource } from '../../queue/iam-token';
import { credentialsIn, type RedisCredentials } from '../../queue/secret-text';
import type { TokenSource } from '../../queue/session';

/** How a function authenticates: with a secret, or as a user of Redis with its own IAM credentials. */
export type RedisLogin = { readonly secretArn: string } | { readonly cacheArn: string; readonly username: string };

/** What a session authenticates with. @param limits of the calls to Secrets Manager */
export function tokenSourceOf(login: RedisLogin, limits: SecretsManagerClientConfig): TokenSource {
  if ('secretArn' in login) return authTokenSource(new SecretsManagerClient(limits), login.secretArn);
  return iamTokenSource({ ...login, credentials: defaultProvider() });
}

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
