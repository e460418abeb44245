import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { isObject } from '../../contract/rules';
import type { Finding } from '../finding';
import { described, deployRedis } from '../redis-location';
import { type Check, findingsOf, type CheckContext } from './check';

const { ok, warn, fail } = findingsOf('auth token secret');

/** The secret exists with exactly that ARN, and contains JSON with the key `auth_token`, or `username` and `password`. Its value is never printed. */
export const secret: Check = {
  name: 'secret',
  run: async ({ environment, account, redis }) => {
    const { secretArn } = redis;
    if (redis.iam !== undefined) return [ok('none: clients of Redis authenticate with IAM')];
    if (secretArn === undefined) {
      return [warn('does not exist yet', `${deployRedis(environment)} creates it.`)];
    }
    const name = secretArn.replace(/^.*:secret:/, '').replace(/-[A-Za-z0-9]{6}$/, '');
    const real = (await described(account, secretArn)) ?? (await described(account, name));
    if (real === undefined) {
      return [
        fail(`secret ${secretArn} does not exist`, 'Correct redis.authSecretArn: `aws secretsmanager list-secrets`.'),
      ];
    }
    if (real.ARN !== secretArn) {
      return [
        fail(
          `the secret ${name} has another ARN: ${real.ARN ?? ''}`,
          'Write that ARN as redis.authSecretArn; its last six characters are random.',
        ),
      ];
    }
    if (real.DeletedDate !== undefined) {
      return [fail(`${name} is scheduled for deletion`, `aws secretsmanager restore-secret --secret-id ${name}`)];
    }
    return [valueFinding(await valueOf({ account }, secretArn), name)];
  },
};

async function valueOf({ account }: Pick<CheckContext, 'account'>, arn: string): Promise<string> {
  const { SecretString: text = '' } = await account
    .client(SecretsManagerClient)
    .send(new GetSecretValueCommand({ SecretId: arn }));
  return text;
}

function valueFinding(text: string, name: string): Finding {
  const remedy = `Store it as JSON, {"auth_token": "…"}: ECS can only read a key from JSON. The token stays the same.`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail(`${name} is a plain string`, remedy);
  }
  const key = isObject(value) && value['username'] !== undefined ? 'password' : 'auth_token';
  const token = isObject(value) ? value[key] : undefined;
  if (typeof token !== 'string' || token === '') return fail(`${name} has no string under the key ${key}`, remedy);
  if (token.trim() !== token) {
    return fail(
      `the token in ${name} begins or ends with whitespace`,
      'Store it without whitespace: Redis would refuse it.',
    );
  }
  return ok(`${name}, JSON with ${key}`);
}
