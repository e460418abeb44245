/** Whether a function in a subnet reaches what is outside its VPC. Pure. */
import type { RouteTable } from '@aws-sdk/client-ec2';

/** What stands in the way; undefined where nothing does. */
export function routeProblem(subnetId: string, tables: readonly RouteTable[]): string | undefined {
  const own = tables.find(({ Associations }) => Associations?.some(({ SubnetId }) => SubnetId === subnetId));
  const table = own ?? tables.find(({ Associations }) => Associations?.some(({ Main }) => Main === true));
  const route = table?.Routes?.find(
    ({ DestinationCidrBlock, State }) => DestinationCidrBlock === '0.0.0.0/0' && State !== 'blackhole',
  );
  if (route === undefined) return `${subnetId} has no way out (${table?.RouteTableId ?? 'no route table'})`;
  if (route.GatewayId?.startsWith('igw-') !== true) return undefined;
  return `${subnetId} is a public subnet: a function in it has no public address and reaches nothing`;
}

export const hasWayOut = (subnetId: string, tables: readonly RouteTable[]): boolean =>
  routeProblem(subnetId, tables) === undefined;
