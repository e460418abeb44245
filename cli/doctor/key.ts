import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { isAbsent } from '../aws-error';
import { described } from '../redis-location';
import { type Check, findingsOf } from './check';

const { ok, warn, fail } = findingsOf('KMS key');

/** The secret's key is enabled, and the configuration names it. */
export const key: Check = {
  name: 'key',
  run: async ({ account, redis }) => {
    if (redis.secretArn === undefined) return [];
    const used = (await described(account, redis.secretArn))?.KmsKeyId;
    const own = used === undefined || used === 'alias/aws/secretsmanager' ? undefined : used;
    if (own === undefined) {
      return redis.kmsKeyArn === undefined
        ? [ok("the secret uses Secrets Manager's own key")]
        : [
            warn(
              "the secret uses Secrets Manager's own key, not redis.kmsKeyArn",
              'Remove redis.kmsKeyArn: it is not needed.',
            ),
          ];
    }
    let metadata;
    try {
      ({ KeyMetadata: metadata } = await account.client(KMSClient).send(new DescribeKeyCommand({ KeyId: own })));
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return [
        fail(`key ${own} does not exist`, 'The secret is unreadable: assign another key and store the token again.'),
      ];
    }
    const arn = metadata?.Arn ?? own;
    if (arn !== redis.kmsKeyArn) {
      return [
        fail(
          `the secret is encrypted with ${arn}; the configuration has ${redis.kmsKeyArn ?? 'no key'}`,
          `Write redis.kmsKeyArn: without it no role gets permission to decrypt the token.`,
        ),
      ];
    }
    if (metadata?.KeyState !== 'Enabled') {
      return [fail(`${arn} is ${metadata?.KeyState ?? 'unknown'}`, `aws kms enable-key --key-id ${arn}`)];
    }
    return [ok(`${arn} is enabled`)];
  },
};
