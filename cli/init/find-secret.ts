import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { paginateListSecrets, type SecretListEntry, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Account } from '../account';
import { described } from '../redis-location';

export interface FoundSecret {
  readonly authSecretArn: string;
  /** Undefined for the key of Secrets Manager. */
  readonly kmsKeyArn: string | undefined;
}

/** @returns the secret, or the candidates if none or several match */
export async function findSecret(
  account: Account,
  environment: string,
  secretId: string | undefined,
): Promise<FoundSecret | { readonly candidates: readonly string[] }> {
  const secret = await described(account, secretId ?? `hokusai/redis/${environment}/auth-token`);
  if (secret?.ARN !== undefined) return found(account, secret.ARN, secret.KmsKeyId);
  const entries: SecretListEntry[] = [];
  for await (const page of paginateListSecrets(
    { client: account.client(SecretsManagerClient) },
    { Filters: [{ Key: 'name', Values: ['hokusai'] }] },
  )) {
    entries.push(...(page.SecretList ?? []));
  }
  const matching = entries.filter(({ Name = '' }) => /redis/i.test(Name) && Name.includes(environment));
  const [only] = matching;
  if (secretId === undefined && matching.length === 1 && only?.ARN !== undefined)
    return found(account, only.ARN, only.KmsKeyId);
  return { candidates: entries.map(({ Name = '' }) => Name) };
}

async function found(account: Account, authSecretArn: string, keyId: string | undefined): Promise<FoundSecret> {
  if (keyId === undefined || keyId === 'alias/aws/secretsmanager') return { authSecretArn, kmsKeyArn: undefined };
  const { KeyMetadata: key } = await account.client(KMSClient).send(new DescribeKeyCommand({ KeyId: keyId }));
  return { authSecretArn, kmsKeyArn: key?.KeyManager === 'AWS' ? undefined : key?.Arn };
}
