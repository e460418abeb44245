/** Whether a function in a subnet can reach addresses outside its VPC. Pure. */
import type { RouteTable } from '@aws-sdk/client-ec2';

/** The table of a subnet: its own, or the main one of the VPC. */
export function routeTableOf(subnetId: string, tables: readonly RouteTable[]): RouteTable | undefined {
  const own = tables.find(({ Associations }) => Associations?.some(({ SubnetId }) => SubnetId === subnetId));
  return own ?? tables.find(({ Associations }) => Associations?.some(({ Main }) => Main === true));
}

/** Where a subnet's default route leads: to a NAT gateway or the like, or to an internet gateway; undefined if there is none. */
export function internetRouteOf(subnetId: string, tables: readonly RouteTable[]): 'private' | 'public' | undefined {
  const route = routeTableOf(subnetId, tables)?.Routes?.find(
    ({ DestinationCidrBlock, State }) => DestinationCidrBlock === '0.0.0.0/0' && State !== 'blackhole',
  );
  if (route === undefined) return undefined;
  return route.GatewayId?.startsWith('igw-') === true ? 'public' : 'private';
}

/** Why it cannot; undefined if it can. */
export function routeProblem(subnetId: string, tables: readonly RouteTable[]): string | undefined {
  const route = internetRouteOf(subnetId, tables);
  if (route === 'private') return undefined;
  return route === 'public'
    ? `${subnetId} is a public subnet: a function in it has no public address and cannot connect to the internet`
    : `${subnetId} has no route to the internet (${routeTableOf(subnetId, tables)?.RouteTableId ?? 'no route table'})`;
}

export const hasInternetRoute = (subnetId: string, tables: readonly RouteTable[]): boolean =>
  internetRouteOf(subnetId, tables) === 'private';
