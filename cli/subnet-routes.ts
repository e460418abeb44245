/** Whether a function in a subnet can reach addresses outside its VPC. Pure. */
import type { RouteTable } from '@aws-sdk/client-ec2';

/** Why it cannot; undefined if it can. */
export function routeProblem(subnetId: string, tables: readonly RouteTable[]): string | undefined {
  const own = tables.find(({ Associations }) => Associations?.some(({ SubnetId }) => SubnetId === subnetId));
  const table = own ?? tables.find(({ Associations }) => Associations?.some(({ Main }) => Main === true));
  const route = table?.Routes?.find(
    ({ DestinationCidrBlock, State }) => DestinationCidrBlock === '0.0.0.0/0' && State !== 'blackhole',
  );
  if (route === undefined)
    return `${subnetId} has no route to the internet (${table?.RouteTableId ?? 'no route table'})`;
  if (route.GatewayId?.startsWith('igw-') !== true) return undefined;
  return `${subnetId} is a public subnet: a function in it has no public address and cannot connect to the internet`;
}

export const hasInternetRoute = (subnetId: string, tables: readonly RouteTable[]): boolean =>
  routeProblem(subnetId, tables) === undefined;
