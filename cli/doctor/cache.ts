/** The replication group as ElastiCache describes it. */
import {
  type CacheCluster,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  type ReplicationGroup,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import { isAbsent } from '../aws-error';
import type { CheckContext } from './check';

/** @returns undefined if it does not exist */
export async function replicationGroupOf({
  account,
  redis,
}: Pick<CheckContext, 'account' | 'redis'>): Promise<ReplicationGroup | undefined> {
  try {
    const page = await account
      .client(ElastiCacheClient)
      .send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: redis.replicationGroupId }));
    return page.ReplicationGroups?.[0];
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** One of the group's nodes: engine version, parameter group and security groups are described only there. */
export async function nodeOf(
  { account }: Pick<CheckContext, 'account'>,
  group: ReplicationGroup,
): Promise<CacheCluster | undefined> {
  const [id] = group.MemberClusters ?? [];
  if (id === undefined) return undefined;
  try {
    const page = await account.client(ElastiCacheClient).send(new DescribeCacheClustersCommand({ CacheClusterId: id }));
    return page.CacheClusters?.[0];
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
