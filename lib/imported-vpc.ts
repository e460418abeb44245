import { Annotations } from 'aws-cdk-lib';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { VpcSettings } from '../config/environment';

/** The VPC of the configuration; imported by its ids, without a lookup. */
export function importedVpc(scope: Construct, vpc: VpcSettings): IVpc {
  const imported = Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: vpc.vpcId,
    availabilityZones: [...vpc.availabilityZones],
    privateSubnetIds: [...vpc.privateSubnetIds],
  });
  Annotations.of(imported).acknowledgeWarning(
    '@aws-cdk/aws-ec2:noSubnetRouteTableId',
    'The app adds no routes, so it does not need the route tables.',
  );
  return imported;
}
