import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { isAbsent } from '../aws-error';
import { described } from '../redis-location';
import { type Check, findingsOf } from './check';

const { ok, warn, fail } = findingsOf('KMS key');

/** The key that the secret is encrypted with is the configuration's, and may be used. */
export const key: Check = {
  name: 'key',
  run: async ({ account, redis }) => {
    if (redis.secretArn === undefined) return [];
    const used = (await described(account, redis.secretArn))?.KmsKeyId;
    const own = used === undefined || used === 'alias/aws/secretsmanager' ? undefined : used;
    if (own === undefined) {
      return redis.kmsKeyArn === undefined
        ? [ok("the secret has Secrets Manager's own key")]
        : [
            warn(
              "the secret has Secrets Manager's own key, not redis.kmsKeyArn",
              'Remove redis.kmsKeyArn: nobody needs it.',
            ),
          ];
    }
    let metadata;
    try {
      ({ KeyMetadata: metadata } = await account.client(KMSClient).send(new DescribeKeyCommand({ KeyId: own })));
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return [
        fail(
          `there is no key ${own}`,
          'The secret cannot be read any more: give it another key and store the token again.',
        ),
      ];
    }
    const arn = metadata?.Arn ?? own;
    if (arn !== redis.kmsKeyArn) {
      return [
        fail(
          `the secret is encrypted with ${arn}; the configuration says ${redis.kmsKeyArn ?? 'nothing'}`,
          `Write redis.kmsKeyArn: without it no role gets the right to decrypt the token.`,
        ),
      ];
    }
    if (metadata?.KeyState !== 'Enabled') {
      return [fail(`${arn} is ${metadata?.KeyState ?? 'unknown'}`, `aws kms enable-key --key-id ${arn}`)];
    }
    return [ok(`${arn} is enabled`)];
  },
};
