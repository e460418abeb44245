/** Resources of an account before the first deployment, created with the ids in the configuration. */
import { CreateSecurityGroupCommand, CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateReplicationGroupCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Environment } from '../../config/environment';
import { type AwsEmulator, emulatedRegion } from '../../dev/emulators/aws-emulator';

/** Options for the SDK's clients of that account. */
export function clientOptions({ url }: Pick<AwsEmulator, 'url'>) {
  return {
    endpoint: url,
    region: emulatedRegion,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    useQueueUrlAsEndpoint: false,
  };
}

/** The tag that sets an id in the emulator (dev/emulators/moto/README.md). */
const idTag = (id: string) => [{ Key: '_custom_id_', Value: id }];

/** The VPC and its subnets; for an imported Redis also its group, security group and secret. */
export async function prepareAccount(
  emulator: Pick<AwsEmulator, 'url'>,
  environment: Environment,
  token = 'a-token-of-the-imported-redis',
): Promise<void> {
  const ec2 = new EC2Client(clientOptions(emulator));
  const { vpcId, privateSubnetIds, availabilityZones } = environment.vpc;
  await ec2.send(
    new CreateVpcCommand({
      CidrBlock: '10.0.0.0/16',
      TagSpecifications: [{ ResourceType: 'vpc', Tags: idTag(vpcId) }],
    }),
  );
  for (const [index, subnetId] of privateSubnetIds.entries()) {
    await ec2.send(
      new CreateSubnetCommand({
        VpcId: vpcId,
        CidrBlock: `10.0.${index}.0/24`,
        AvailabilityZone: availabilityZones[index],
        TagSpecifications: [{ ResourceType: 'subnet', Tags: idTag(subnetId) }],
      }),
    );
  }
  const { redis } = environment;
  if (redis.source !== 'imported') return;

  await ec2.send(
    new CreateSecurityGroupCommand({
      VpcId: vpcId,
      GroupName: 'redis',
      Description: 'Redis',
      TagSpecifications: [{ ResourceType: 'security-group', Tags: idTag(redis.securityGroupId) }],
    }),
  );
  const [, name = '', suffix = ''] = /:secret:(.+)-(\w{6})$/.exec(redis.authSecretArn ?? '') ?? [];
  await new SecretsManagerClient(clientOptions(emulator)).send(
    new CreateSecretCommand({
      Name: name,
      SecretString: JSON.stringify({ auth_token: token }),
      Tags: idTag(suffix),
    }),
  );
  // As in master.GROUP.lenvj6.use1.cache.amazonaws.com.
  const domain = redis.host.split('.')[2] ?? '';
  await new ElastiCacheClient(clientOptions(emulator)).send(
    new CreateReplicationGroupCommand({
      ReplicationGroupId: redis.replicationGroupId,
      ReplicationGroupDescription: 'Redis of the environment',
      Engine: 'redis',
      EngineVersion: '7.1',
      Port: redis.port,
      NumCacheClusters: redis.replicas + 1,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AtRestEncryptionEnabled: true,
      AuthToken: token,
      SecurityGroupIds: [redis.securityGroupId],
      Tags: idTag(domain),
    }),
  );
}
