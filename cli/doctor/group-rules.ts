/** Security groups and address blocks, and what their rules admit. */
import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type IpPermission,
  type SecurityGroup,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { isAbsent } from '../aws-error';
import type { CheckContext } from './check';
import { covers } from './cidr';

/** The rules for this TCP port. */
export function permissions(rules: readonly IpPermission[] | undefined, port: number): IpPermission[] {
  return (rules ?? []).filter(
    ({ IpProtocol, FromPort = 0, ToPort = 65_535 }) =>
      IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= port && port <= ToPort),
  );
}

/** Whether a rule admits one of these groups, or all addresses of these blocks. */
export function admits(
  { UserIdGroupPairs, IpRanges, PrefixListIds }: IpPermission,
  groupIds: readonly string[],
  blocks: readonly string[],
): boolean {
  if (UserIdGroupPairs?.some(({ GroupId }) => groupIds.includes(GroupId ?? '')) === true) return true;
  // Prefix lists are not resolved: their rules are assumed to match.
  if ((PrefixListIds?.length ?? 0) > 0) return true;
  return (
    blocks.length > 0 && blocks.every((block) => IpRanges?.some(({ CidrIp = '' }) => covers(CidrIp, block)) === true)
  );
}

/** The groups that exist. */
export async function groups(ids: readonly string[], { account }: CheckContext): Promise<SecurityGroup[]> {
  if (ids.length === 0) return [];
  try {
    return (
      (await account.client(EC2Client).send(new DescribeSecurityGroupsCommand({ GroupIds: [...ids] })))
        .SecurityGroups ?? []
    );
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** The address blocks of the subnets that exist. */
export async function blocksOf(subnetIds: readonly string[], { account }: CheckContext): Promise<string[]> {
  if (subnetIds.length === 0) return [];
  try {
    const { Subnets: subnets = [] } = await account
      .client(EC2Client)
      .send(new DescribeSubnetsCommand({ SubnetIds: [...subnetIds] }));
    return subnets.flatMap(({ CidrBlock }) => CidrBlock ?? []);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
