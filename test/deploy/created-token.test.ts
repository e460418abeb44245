/** A created Redis with a token, as before users were the default: its stack alone, deployed into an empty account. */
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readEnvironment } from '../../config/read-environment';
import { clientOptions } from '../support/aws-account';
import { useDeployment } from './deployment';

jest.setTimeout(240_000);

const stack = 'ModelEventsRedis-production';
const deployment = useDeployment(readEnvironment('production'), false, (written) => {
  Object.assign(written['redis'] as object, { auth: 'token' });
});
const configure = (redis: object) =>
  deployment.project.configure((written) => Object.assign(written['redis'] as object, redis));
async function group() {
  const { ReplicationGroups: [found] = [] } = await new ElastiCacheClient(clientOptions(deployment.emulator)).send(
    new DescribeReplicationGroupsCommand({}),
  );
  return found;
}

test('after a rotation, updates leave the token as it is; without redis.auth they fail, and the token stays', async () => {
  const { project, emulator } = deployment;
  await project.bootstrap();
  await project.deploy(stack);
  expect(await group()).toMatchObject({ AuthTokenEnabled: true });
  await new SecretsManagerClient(clientOptions(emulator)).send(
    new PutSecretValueCommand({
      SecretId: 'hokusai/redis/production/auth-token',
      SecretString: JSON.stringify({ auth_token: 'the-token-after-a-rotation' }),
    }),
  );
  configure({ snapshotRetentionDays: 14 });
  await project.deploy(stack);
  expect(await group()).toMatchObject({ AuthTokenEnabled: true, SnapshotRetentionLimit: 14 });

  configure({ auth: undefined });
  await expect(project.deploy(stack)).rejects.toThrow(/AuthToken of hokusai-redis-production cannot be changed/);
  expect(await group()).toMatchObject({ AuthTokenEnabled: true });
});
