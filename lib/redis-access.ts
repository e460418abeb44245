import { type IConnectable, type ISecurityGroup, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Environment } from '../config/environment';
import { functionEnv } from '../contract/function-env';
import { importedEndpoint, type RedisEndpoint } from './redis-endpoint';

export interface RedisAccessProps {
  readonly environment: Environment;
  /** @default the one that the configuration describes */
  readonly endpoint?: RedisEndpoint | undefined;
}

/** What is done with the token's secret, by whom. */
export const secretActions = {
  read: ['secretsmanager:GetSecretValue'],
  rotate: ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
} as const;

/** The connection to Redis: host, port and the token's secret. It creates only security group rules and grants. */
export class RedisAccess extends Construct {
  private readonly endpoint: RedisEndpoint;
  private readonly securityGroup: ISecurityGroup;
  private readonly environment: Environment;

  constructor(scope: Construct, id: string, props: RedisAccessProps) {
    super(scope, id);
    this.environment = props.environment;
    this.endpoint = props.endpoint ?? importedEndpoint(props.environment);
    // By id, so that the rules are in the client's stack, even if another stack creates Redis.
    this.securityGroup = SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', this.endpoint.securityGroupId);
  }

  /** Complete ARN of the secret with the auth token. */
  get authSecretArn(): string {
    return this.endpoint.authSecretArn;
  }

  /** A function's variables; it reads the token from the secret. */
  get functionEnvironment(): Readonly<Record<string, string>> {
    const { host, port, authSecretArn } = this.endpoint;
    return {
      [functionEnv.environment]: this.environment.environment,
      [functionEnv.redisHost]: host,
      [functionEnv.redisPort]: String(port),
      [functionEnv.redisAuthSecretArn]: authSecretArn,
    };
  }

  /** Opens Redis' port, in both security groups and nowhere else. */
  allowFrom(client: IConnectable): void {
    client.connections.allowTo(this.securityGroup, Port.tcp(this.endpoint.port), 'Redis');
  }

  /** The right to read the token: this secret alone, and its key only by way of Secrets Manager. */
  grantToken(grantee: IGrantable): void {
    this.grantSecret(grantee, secretActions.read, ['kms:Decrypt']);
  }

  /** The rights to give the secret another token, as a rotation does, besides reading it. */
  grantRotation(grantee: IGrantable): void {
    this.grantSecret(grantee, secretActions.rotate, ['kms:GenerateDataKey']);
  }

  private grantSecret(grantee: IGrantable, actions: readonly string[], keyActions: string[]): void {
    const { authSecretArn, kmsKeyArn } = this.endpoint;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: [...actions], resources: [authSecretArn] }),
    );
    if (kmsKeyArn === undefined) return;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: keyActions,
        resources: [kmsKeyArn],
        conditions: {
          StringEquals: {
            'kms:ViaService': `secretsmanager.${this.environment.region}.amazonaws.com`,
            'kms:EncryptionContext:SecretARN': authSecretArn,
          },
        },
      }),
    );
  }
}
