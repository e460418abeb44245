/** Which Redis a smoke test looks into, and with which token. */
import { readFile } from 'node:fs/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Environment } from '../../config/environment';
import { authTokenIn, type ConnectionOptions } from '../../queue/connection';
import type { Account } from '../account';
import { CommandError, type Invocation, UsageError } from '../command';
import { redisPlaceOf } from '../redis-location';

export async function redisTarget(
  invocation: Invocation,
  environment: Environment,
  account: Account,
): Promise<ConnectionOptions> {
  const place = await redisPlaceOf(environment, account);
  const host = invocation.text('host') ?? place.endpoint?.host;
  if (host === undefined)
    throw new UsageError('--host is needed: the configuration of a created Redis does not know it');
  const port = Number(invocation.text('port') ?? place.endpoint?.port ?? environment.redis.port);
  const [tokenFile, caFile] = [invocation.text('token-file'), invocation.text('ca-file')];
  const token =
    tokenFile === undefined ? await storedToken(place.secretArn, account) : authTokenIn(await contents(tokenFile));
  return { host, port, token, ...(caFile === undefined ? {} : { ca: await contents(caFile) }) };
}

async function storedToken(secretArn: string | undefined, account: Account): Promise<string> {
  if (secretArn === undefined) throw new CommandError('there is no secret with the token yet: deploy the Redis first');
  const { SecretString: text = '' } = await account
    .client(SecretsManagerClient)
    .send(new GetSecretValueCommand({ SecretId: secretArn }));
  return authTokenIn(text);
}

async function contents(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new UsageError(`${file} cannot be read`);
  }
}
