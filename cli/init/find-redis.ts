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
 * The replication group with that id; else the one with the environment's name in its id. Another environment's Redis, even if
 * it is the only one, must be named: two environments on one Redis would take each other's messages.
 * @throws CommandError with the available groups if there is none, or the choice is ambiguous
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
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  const created = '"redis": { "source": "created", … } in the configuration';
  if (groups.length === 0) {
    throw new CommandError(
      `No replication group found in this account and region: use another --region, or ${created}`,
    );
  }
  const wrong =
    id !== undefined
      ? `No replication group ${id} found. Use another --replication-group ID`
      : candidates.length > 1
        ? `No unique replication group found: several have "${environment}" in their id. Use --replication-group ID`
        : `No replication group has "${environment}" in its id. Use --replication-group ID if ${environment} shares no Redis with another environment, or ${created}`;
  throw new CommandError(`${wrong}. Available: ${groups.map((group) => group.ReplicationGroupId).join(', ')}`);
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
