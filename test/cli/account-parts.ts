/** Resources of the account besides VPC, Redis and secret: parameters, a NAT route, a parameter group. */
import {
  AssociateRouteTableCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateCacheParameterGroupCommand,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DeleteReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ModifyCacheParameterGroupCommand,
} from '@aws-sdk/client-elasticache';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { redisHostParameter, redisPortParameter } from '../../contract/parameter-names';
import { development, redis } from './development';
import type { EmulatedAccount } from './emulated-account';

export async function putParameter({ ssm }: EmulatedAccount, Name: string, Value: string): Promise<void> {
  await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
}

export async function makeParameters(account: EmulatedAccount): Promise<void> {
  await putParameter(account, redisHostParameter('development'), redis.host);
  await putParameter(account, redisPortParameter('development'), String(redis.port));
}

/** A NAT gateway, and a route to it from each private subnet. */
export async function createInternetRoute({ ec2 }: EmulatedAccount): Promise<void> {
  const { vpcId, privateSubnetIds } = development.vpc;
  const { NatGateway: nat } = await ec2.send(new CreateNatGatewayCommand({ SubnetId: privateSubnetIds[0] }));
  const { RouteTable: table } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }));
  const RouteTableId = table?.RouteTableId;
  await ec2.send(
    new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: nat?.NatGatewayId }),
  );
  for (const SubnetId of privateSubnetIds) await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
}

export async function makeParameterGroup(account: EmulatedAccount): Promise<void> {
  await account.elastiCache.send(
    new CreateCacheParameterGroupCommand({
      CacheParameterGroupName: 'hokusai',
      CacheParameterGroupFamily: 'redis7',
      Description: 'Redis',
    }),
  );
  await setEviction(account, 'noeviction');
}

export async function setEviction({ elastiCache }: EmulatedAccount, policy: string): Promise<void> {
  await elastiCache.send(
    new ModifyCacheParameterGroupCommand({
      CacheParameterGroupName: 'hokusai',
      ParameterNameValues: [{ ParameterName: 'maxmemory-policy', ParameterValue: policy }],
    }),
  );
}

/** Replaces the healthy replication group. */
export async function replaceGroup(
  { elastiCache }: EmulatedAccount,
  changed: Partial<CreateReplicationGroupCommandInput>,
): Promise<void> {
  const { replicationGroupId: ReplicationGroupId } = redis;
  await elastiCache.send(new DeleteReplicationGroupCommand({ ReplicationGroupId }));
  // The emulator completes a deletion only after a describe call.
  await elastiCache.send(new DescribeReplicationGroupsCommand({})).catch(() => undefined);
  await elastiCache.send(
    new CreateReplicationGroupCommand({
      ReplicationGroupId,
      ReplicationGroupDescription: 'Redis',
      Engine: 'redis',
      Port: redis.port,
      NumCacheClusters: redis.replicas + 1,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AtRestEncryptionEnabled: true,
      AuthToken: 'another-token-of-the-group',
      Tags: [{ Key: '_custom_id_', Value: redis.host.split('.')[2] ?? '' }],
      ...changed,
    }),
  );
}
