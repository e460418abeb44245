import { DescribeReplicationGroupsCommand } from '@aws-sdk/client-elasticache';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { redis } from './development';
import { token, useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();

test('a token that was never rotated is not revoked: nothing is changed, and the exit code is 1', async () => {
  const { code, out } = await the.account.run('token', 'revoke', '-e', 'development');
  expect(out).toContain('Nothing was changed:');
  expect(out).toContain('the token was never rotated');
  expect(out).not.toContain(token);
  expect(code).toBe(1);
});

test('after a rotation without older tasks, only the current token is accepted', async () => {
  const SecretString = JSON.stringify({ auth_token: 'second-token-of-this-redis' });
  await the.account.secrets.send(new PutSecretValueCommand({ SecretId: redis.authSecretArn, SecretString }));
  const { code, out, err } = await the.account.run('token', 'revoke', '-e', 'development');
  expect(out).toContain('hokusai-redis-development now accepts only the current token');
  expect(out + err).not.toContain('second-token');
  expect(code).toBe(0);
  const { ReplicationGroups: [group] = [] } = await the.account.elastiCache.send(
    new DescribeReplicationGroupsCommand({ ReplicationGroupId: redis.replicationGroupId }),
  );
  expect(group?.Status).toBe('modifying');
});
