import {
  DescribeCacheClustersCommand,
  DescribeCacheSubnetGroupsCommand,
  paginateDescribeReplicationGroups,
  type ReplicationGroup,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import type { Account } from '../account';
import { CommandError } from '../command';

/** The configuration of an existing Redis, and its network. */
export interface FoundRedis {
  readonly replicationGroupId: string;
  readonly host: string;
  readonly port: number;
  readonly replicas: number;
  readonly securityGroupId: string | undefined;
  readonly vpcId: string | undefined;
  readonly subnetIds: readonly string[];
}

/**
 * The replication group with that id; else the one with the environment's name in its id; else the only one.
 * @throws CommandError with the available groups if the choice is ambiguous
 */
export async function findRedis(account: Account, environment: string, id: string | undefined): Promise<FoundRedis> {
  const groups: ReplicationGroup[] = [];
  for await (const page of paginateDescribeReplicationGroups({ client: account.client(ElastiCacheClient) }, {})) {
    groups.push(...(page.ReplicationGroups ?? []));
  }
  const group = selectGroup(groups, environment, id);
  const { Address: host, Port: port } = group.NodeGroups?.[0]?.PrimaryEndpoint ?? {};
  if (host === undefined || port === undefined) {
    throw new CommandError(`${group.ReplicationGroupId ?? ''} has no primary endpoint: cluster mode must be disabled`);
  }
  const members = group.MemberClusters ?? [];
  const node = members[0] === undefined ? undefined : await nodeOf(account, members[0]);
  return {
    replicationGroupId: group.ReplicationGroupId ?? '',
    host,
    port,
    replicas: Math.max(0, members.length - 1),
    securityGroupId: node?.securityGroupId,
    ...(await networkOf(account, node?.subnetGroup)),
  };
}

function selectGroup(
  groups: readonly ReplicationGroup[],
  environment: string,
  id: string | undefined,
): ReplicationGroup {
  const matching = (text: string): ReplicationGroup[] =>
    groups.filter(({ ReplicationGroupId: name = '' }) => name === text || name.split('-').includes(text));
  const candidates =
    id === undefined ? matching(environment) : groups.filter((group) => group.ReplicationGroupId === id);
  const [only] = candidates.length > 0 || id !== undefined ? candidates : groups;
  const count = candidates.length > 0 || id !== undefined ? candidates.length : groups.length;
  if (only !== undefined && count === 1) return only;
  const names = groups.map((group) => group.ReplicationGroupId).join(', ');
  throw new CommandError(
    groups.length === 0
      ? 'No replication group found in this account and region: use another --region, or "redis": { "source": "created", … } in the configuration'
      : `No unique replication group found. Use --replication-group ID. Available: ${names}`,
  );
}

async function nodeOf(
  account: Account,
  id: string,
): Promise<{ readonly securityGroupId: string | undefined; readonly subnetGroup: string | undefined } | undefined> {
  try {
    const { CacheClusters: [node] = [] } = await account
      .client(ElastiCacheClient)
      .send(new DescribeCacheClustersCommand({ CacheClusterId: id }));
    return {
      securityGroupId: node?.SecurityGroups?.[0]?.SecurityGroupId,
      subnetGroup: node?.CacheSubnetGroupName,
    };
  } catch {
    // The summary reports it as not found.
    return undefined;
  }
}

async function networkOf(
  account: Account,
  subnetGroup: string | undefined,
): Promise<Pick<FoundRedis, 'vpcId' | 'subnetIds'>> {
  if (subnetGroup === undefined) return { vpcId: undefined, subnetIds: [] };
  const { CacheSubnetGroups: [group] = [] } = await account
    .client(ElastiCacheClient)
    .send(new DescribeCacheSubnetGroupsCommand({ CacheSubnetGroupName: subnetGroup }));
  const subnetIds = (group?.Subnets ?? []).flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []);
  return { vpcId: group?.VpcId, subnetIds };
}
