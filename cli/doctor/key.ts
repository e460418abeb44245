import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { Account } from '../account';
import { isAbsent } from '../aws-error';
import { described } from '../redis-location';
import { type Check, findingsOf } from './check';

const { ok, warn, fail } = findingsOf('KMS key');

/** The secret's key is enabled, the configuration names it, and its policy lets those of the roles decide. */
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
    if (!(await leavesItToRoles(arn, account))) {
      return [
        warn(
          `the policy of ${arn} does not let the roles' policies decide: only the principals that it names decrypt the token`,
          'Add the statement "Enable IAM User Permissions" of the default key policy; or name the functions’ roles and the execution roles.',
        ),
      ];
    }
    return [ok(`${arn} is enabled`)];
  },
};

/**
 * Whether a policy of the account's roles is enough to decrypt: a statement for the account itself. "Default key policy",
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html.
 */
async function leavesItToRoles(arn: string, account: Account): Promise<boolean> {
  const { Policy = '{}' } = await account
    .client(KMSClient)
    .send(new GetKeyPolicyCommand({ KeyId: arn, PolicyName: 'default' }));
  const { Statement = [] } = JSON.parse(Policy) as { readonly Statement?: KeyStatement | readonly KeyStatement[] };
  const id = arn.split(':')[4] ?? '';
  const isAccount = (principal: string): boolean =>
    principal === '*' || principal === id || principal.endsWith(`:iam::${id}:root`);
  return [Statement].flat().some(({ Effect, Principal, Action = [] }) => {
    const principals = typeof Principal === 'string' ? [Principal] : [Principal?.AWS ?? []].flat();
    const actions = [Action].flat();
    return (
      Effect === 'Allow' &&
      principals.some(isAccount) &&
      actions.some((action) => ['*', 'kms:*', 'kms:Decrypt'].includes(action))
    );
  });
}

interface KeyStatement {
  readonly Effect: string;
  readonly Principal?: string | { readonly AWS?: string | readonly string[] };
  readonly Action?: string | readonly string[];
}
