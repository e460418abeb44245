import {
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache';
import { type LocalElastiCache, startElastiCache } from '../../../dev/emulators/elasticache';
import { connect } from '../../../queue/connection';
import { endpointOf, useRedis } from '../../support/redis';

const redis = useRedis();
const id = 'hokusai-redis-local';
let elasticache: LocalElastiCache;
let client: ElastiCacheClient;

beforeEach(async () => {
  const { token } = redis.server;
  elasticache = await startElastiCache({ replicationGroupId: id, nodes: [redis.client], token });
  await elasticache.reset(token);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new ElastiCacheClient({ endpoint: elasticache.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await elasticache.stop();
});

const change = (AuthTokenUpdateStrategy: 'ROTATE' | 'SET', AuthToken: string) =>
  client.send(
    new ModifyReplicationGroupCommand({
      ReplicationGroupId: id,
      AuthToken,
      AuthTokenUpdateStrategy,
      ApplyImmediately: true,
    }),
  );
const look = async () => {
  const { ReplicationGroups } = await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }));
  return ReplicationGroups?.[0];
};
const works = async (token: string): Promise<boolean> => {
  const opened = await connect({ ...endpointOf(redis.server), token }).catch(() => undefined);
  opened?.disconnect();
  return opened !== undefined;
};
const [second, third] = ['second-token-0123!&#', 'third-token-01234$^<'];

test('ROTATE keeps the two newest tokens, SET only the newest', async () => {
  for (const token of [second, third]) {
    await change('ROTATE', token);
    await elasticache.settle();
  }
  expect([await works(redis.server.token), await works(second), await works(third)]).toEqual([false, true, true]);
  await expect(change('SET', second)).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  await change('SET', third);
  await elasticache.settle();
  expect([await works(second), await works(third)]).toEqual([false, true]);
});

test('a modification becomes visible after a delay, takes its time, and no other may begin meanwhile', async () => {
  await change('ROTATE', second);
  await expect(change('ROTATE', third)).rejects.toMatchObject({ name: 'InvalidReplicationGroupStateFault' });
  expect(await look()).toMatchObject({ Status: 'available', PendingModifiedValues: {}, AuthTokenEnabled: true });
  expect(await look()).toMatchObject({ Status: 'modifying', PendingModifiedValues: { AuthTokenStatus: 'ROTATING' } });
  expect(await works(second)).toBe(false);
  await look();
  expect(await look()).toMatchObject({ Status: 'available' });
  expect(await works(second)).toBe(true);
});

test('an unknown group is not found, and a malformed token is refused', async () => {
  const other = client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'other' }));
  await expect(other).rejects.toMatchObject({ name: 'ReplicationGroupNotFoundFault' });
  await expect(change('ROTATE', 'with/slash-0123456')).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
  });
});
