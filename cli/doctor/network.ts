import { DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { isAbsent } from '../aws-error';
import type { Finding } from '../finding';
import { type Check, findingsOf, type CheckContext } from './check';

const { ok, fail } = findingsOf('VPC and subnets');
const remedy = 'Correct vpc in the configuration: npx model-events init prints the ids.';

/** The VPC and its subnets exist, belong together, and are in the configured zones. */
export const network: Check = {
  name: 'network',
  run: async (context) => {
    const { vpcId, privateSubnetIds } = context.environment.vpc;
    if (!(await vpcExists(context)))
      return [fail(`VPC ${vpcId} does not exist in ${context.environment.region}`, remedy)];
    const wrong = (await Promise.all(privateSubnetIds.map((id, at) => subnetProblem(id, at, context)))).flat();
    return wrong.length > 0 ? wrong : [ok(`${vpcId} with ${privateSubnetIds.length} subnets`)];
  },
};

async function vpcExists({ environment, account }: CheckContext): Promise<boolean> {
  try {
    await account.client(EC2Client).send(new DescribeVpcsCommand({ VpcIds: [environment.vpc.vpcId] }));
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function subnetProblem(id: string, at: number, { environment, account }: CheckContext): Promise<Finding[]> {
  const { vpcId, availabilityZones } = environment.vpc;
  try {
    const { Subnets: subnets = [] } = await account
      .client(EC2Client)
      .send(new DescribeSubnetsCommand({ SubnetIds: [id] }));
    const { VpcId: vpc, AvailabilityZone: zone } = subnets[0] ?? {};
    if (vpc !== vpcId) return [fail(`${id} is a subnet of ${vpc ?? 'no VPC'}, not of ${vpcId}`, remedy)];
    if (zone === availabilityZones[at]) return [];
    return [fail(`${id} is in ${zone ?? 'no zone'}, the configuration has ${availabilityZones[at] ?? ''}`, remedy)];
  } catch (error) {
    if (isAbsent(error)) return [fail(`subnet ${id} does not exist`, remedy)];
    throw error;
  }
}
