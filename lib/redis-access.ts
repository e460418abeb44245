import { Annotations } from 'aws-cdk-lib';
import {
  type IConnectable,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  Port,
  SecurityGroup,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Environment } from '../config/environment';
import { functionEnv } from '../contract/function-env';

export interface RedisAccessProps {
  readonly environment: Environment;
}

/** The way to a Redis that is there already: its network, its endpoint and its token's secret. It creates only rules and rights. */
export class RedisAccess extends Construct {
  readonly vpc: IVpc;
  /** Where functions that talk to Redis run. */
  readonly subnets: readonly ISubnet[];
  private readonly securityGroup: ISecurityGroup;
  private readonly environment: Environment;

  constructor(scope: Construct, id: string, props: RedisAccessProps) {
    super(scope, id);
    const { vpc, redis } = props.environment;
    this.environment = props.environment;
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: vpc.vpcId,
      availabilityZones: [...vpc.availabilityZones],
      privateSubnetIds: [...vpc.privateSubnetIds],
    });
    Annotations.of(this.vpc).acknowledgeWarning(
      '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      'No route is added here, so nobody asks for the route tables.',
    );
    this.subnets = this.vpc.privateSubnets;
    this.securityGroup = SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', redis.securityGroupId);
  }

  /** What a function has to be told; the token itself it reads from the secret. */
  get functionEnvironment(): Readonly<Record<string, string>> {
    const { environment, redis } = this.environment;
    return {
      [functionEnv.environment]: environment,
      [functionEnv.redisHost]: redis.host,
      [functionEnv.redisPort]: String(redis.port),
      [functionEnv.redisAuthSecretArn]: redis.authSecretArn,
    };
  }

  /** Opens Redis' port, in both security groups and nowhere else. */
  allowFrom(client: IConnectable): void {
    client.connections.allowTo(this.securityGroup, Port.tcp(this.environment.redis.port), 'Redis');
  }

  /** The right to read the token: this secret alone, and its key only by way of Secrets Manager. */
  grantToken(grantee: IGrantable): void {
    const { region, redis } = this.environment;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [redis.authSecretArn] }),
    );
    if (redis.kmsKeyArn === undefined) return;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [redis.kmsKeyArn],
        conditions: {
          StringEquals: {
            'kms:ViaService': `secretsmanager.${region}.amazonaws.com`,
            'kms:EncryptionContext:SecretARN': redis.authSecretArn,
          },
        },
      }),
    );
  }
}
