import {
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type Subnet,
  EC2Client,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account';
import { hasInternetRoute } from '../subnet-routes';
import type { FoundRedis } from './find-redis';

export interface FoundNetwork {
  readonly vpcId: string;
  readonly availabilityZones: readonly string[];
  readonly privateSubnetIds: readonly string[];
  /** Whether the functions need endpoints, because fewer than two zones have a route to the internet. */
  readonly interfaceEndpoints: boolean;
}

/**
 * The subnets for the functions, one per zone: private ones with a NAT gateway, or those of Redis if fewer than two zones
 * have one.
 * @returns undefined if the VPC cannot be found
 */
export async function findNetwork(account: Account, redis: FoundRedis): Promise<FoundNetwork | undefined> {
  const vpcId = redis.vpcId ?? (await vpcOfGroup(account, redis.securityGroupId));
  if (vpcId === undefined) return undefined;
  const filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const { Subnets: subnets = [] } = await account
    .client(EC2Client)
    .send(new DescribeSubnetsCommand({ Filters: filters }));
  const { RouteTables: tables = [] } = await account
    .client(EC2Client)
    .send(new DescribeRouteTablesCommand({ Filters: filters }));
  const withRoute = onePerZone(subnets.filter(({ SubnetId: id = '' }) => hasInternetRoute(id, tables)));
  const ofRedis = onePerZone(subnets.filter(({ SubnetId: id = '' }) => redis.subnetIds.includes(id)));
  const selected = withRoute.length >= 2 ? withRoute : ofRedis;
  return {
    vpcId,
    availabilityZones: selected.map(({ AvailabilityZone: zone = '' }) => zone),
    privateSubnetIds: selected.map(({ SubnetId: id = '' }) => id),
    interfaceEndpoints: withRoute.length < 2,
  };
}

async function vpcOfGroup(account: Account, securityGroupId: string | undefined): Promise<string | undefined> {
  if (securityGroupId === undefined) return undefined;
  const { SecurityGroups: [group] = [] } = await account
    .client(EC2Client)
    .send(new DescribeSecurityGroupsCommand({ GroupIds: [securityGroupId] }));
  return group?.VpcId;
}

function onePerZone(subnets: readonly Subnet[]): Subnet[] {
  const sorted = [...subnets].sort((a, b) =>
    `${a.AvailabilityZone ?? ''}${a.SubnetId ?? ''}`.localeCompare(`${b.AvailabilityZone ?? ''}${b.SubnetId ?? ''}`),
  );
  return sorted.filter(
    ({ AvailabilityZone }, at) => sorted.findIndex((other) => other.AvailabilityZone === AvailabilityZone) === at,
  );
}
