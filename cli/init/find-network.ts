import {
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type Subnet,
  EC2Client,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account';
import { hasWayOut } from '../subnet-routes';
import type { FoundRedis } from './find-redis';

export interface FoundNetwork {
  readonly vpcId: string;
  readonly availabilityZones: readonly string[];
  readonly privateSubnetIds: readonly string[];
  /** Where no subnet has a way out, the functions need endpoints. */
  readonly interfaceEndpoints: boolean;
}

/**
 * The subnets for the functions, one for each zone: private ones with a NAT gateway; where fewer than two zones have one,
 * those that Redis is in.
 * @returns undefined where the VPC cannot be found
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
  const withWay = onePerZone(subnets.filter(({ SubnetId: id = '' }) => hasWayOut(id, tables)));
  const ofRedis = onePerZone(subnets.filter(({ SubnetId: id = '' }) => redis.subnetIds.includes(id)));
  const chosen = withWay.length >= 2 ? withWay : ofRedis;
  return {
    vpcId,
    availabilityZones: chosen.map(({ AvailabilityZone: zone = '' }) => zone),
    privateSubnetIds: chosen.map(({ SubnetId: id = '' }) => id),
    interfaceEndpoints: withWay.length < 2,
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
