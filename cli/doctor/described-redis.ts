/** Redis of any kind, as ElastiCache or MemoryDB describes it. */
import { DescribeServerlessCachesCommand, ElastiCacheClient, type ServerlessCache } from '@aws-sdk/client-elasticache';
import { type Cluster, DescribeClustersCommand, MemoryDBClient } from '@aws-sdk/client-memorydb';
import type { CreatedRedisKind } from '../../config/environment';
import { isAbsent } from '../aws-error';
import { nodeOf, replicationGroupOf } from './cache';
import type { CheckContext } from './check';

type Context = Pick<CheckContext, 'account' | 'redis' | 'environment'>;

/** An imported Redis is a replication group. */
export const kindOf = ({ environment: { redis } }: Context): CreatedRedisKind =>
  redis.source === 'created' ? redis.kind : 'group';

/** @returns undefined if it does not exist */
export function serverlessCacheOf({ account, redis }: Context): Promise<ServerlessCache | undefined> {
  return unlessAbsent(async () => {
    const command = new DescribeServerlessCachesCommand({ ServerlessCacheName: redis.replicationGroupId });
    return (await account.client(ElastiCacheClient).send(command)).ServerlessCaches?.[0];
  });
}

/** @returns undefined if it does not exist */
export function memoryDbClusterOf({ account, redis }: Context): Promise<Cluster | undefined> {
  return unlessAbsent(async () => {
    const command = new DescribeClustersCommand({ ClusterName: redis.replicationGroupId, ShowShardDetails: true });
    return (await account.client(MemoryDBClient).send(command)).Clusters?.[0];
  });
}

/** The endpoint that clients use: of the primary, in cluster mode of the cluster. */
export async function addressOf(
  context: Context,
): Promise<{ readonly host: string; readonly port: number } | undefined> {
  const { Address: host, Port: port } = (await endpointOf(context)) ?? {};
  return host === undefined || port === undefined ? undefined : { host, port };
}

async function endpointOf(context: Context) {
  const kind = kindOf(context);
  if (kind === 'serverless') return (await serverlessCacheOf(context))?.Endpoint;
  if (kind === 'memorydb') return (await memoryDbClusterOf(context))?.ClusterEndpoint;
  const group = await replicationGroupOf(context);
  return group?.ConfigurationEndpoint ?? group?.NodeGroups?.[0]?.PrimaryEndpoint;
}

export async function securityGroupIdsOf(context: Context): Promise<string[]> {
  const kind = kindOf(context);
  if (kind === 'serverless') return (await serverlessCacheOf(context))?.SecurityGroupIds ?? [];
  const attached =
    kind === 'memorydb' ? (await memoryDbClusterOf(context))?.SecurityGroups : await groupsOfNode(context);
  return (attached ?? []).flatMap(({ SecurityGroupId }) => SecurityGroupId ?? []);
}

async function groupsOfNode(context: Context) {
  const group = await replicationGroupOf(context);
  return group === undefined ? [] : (await nodeOf(context, group))?.SecurityGroups;
}

async function unlessAbsent<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
