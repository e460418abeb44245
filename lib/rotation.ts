import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { functionEnv } from '../contract/function-env';
import type { CreatedRedis } from './created-redis';
import type { Network } from './network';
import type { PipelineSettings } from './pipeline-settings';
import type { RedisAccess } from './redis-access';
import { RedisFunction } from './redis-function';

export interface RotationProps {
  readonly environment: Pick<PipelineSettings, 'environment' | 'logRetentionDays'>;
  readonly redis: CreatedRedis;
  /** One for each secret whose token or password is rotated; the function connects with the first. */
  readonly accesses: readonly [RedisAccess, ...RedisAccess[]];
  readonly network: Network;
  /** How often. */
  readonly days: number;
  /** Folder with the rotation function's bundle. */
  readonly bundle: string;
}

/** What the rotation function asks of the replication group, or of its users. */
export const rotationActions = ['elasticache:DescribeReplicationGroups', 'elasticache:ModifyReplicationGroup'] as const;
export const userRotationActions = {
  elasticache: ['elasticache:DescribeUsers', 'elasticache:ModifyUser'],
  memorydb: ['memorydb:DescribeUsers', 'memorydb:UpdateUser'],
} as const;

/** Gives Redis a new token, or each user a new password, at a fixed interval; the one before goes on working, so that nothing has to restart at once. */
export class Rotation extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: RotationProps) {
    super(scope, id);
    const { environment, redis, accesses, network } = props;
    const [first] = accesses;
    const rotation = new RedisFunction(this, 'Function', {
      description: `Model events: rotation of the token of Redis (${environment.environment})`,
      bundle: props.bundle,
      network,
      redis: first,
      // ElastiCache takes minutes to accept a token on all nodes.
      timeoutSeconds: 900,
      memoryMegabytes: 256,
      logRetentionDays: environment.logRetentionDays,
      environment: {
        [functionEnv.replicationGroupId]: redis.replicationGroupId,
        ...(first.hasUsers
          ? { [functionEnv.userSecretArns]: accesses.map(({ authSecretArn }) => authSecretArn ?? '').join(',') }
          : {}),
        ...(redis.userService === 'memorydb' ? { [functionEnv.userService]: redis.userService } : {}),
        ...network.variablesFor(redis.userService),
      },
    });
    this.function = rotation.function;
    for (const access of accesses) {
      if (access !== first) access.grantToken(rotation.role);
      access.grantRotation(rotation.role);
    }
    rotation.role.addToPrincipalPolicy(
      first.hasUsers
        ? new PolicyStatement({ actions: [...userRotationActions[redis.userService]], resources: redis.userArns })
        : new PolicyStatement({ actions: [...rotationActions], resources: [redis.replicationGroupArn] }),
    );
    this.function.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Stack.of(this).account,
    });
    for (const access of accesses) {
      const schedule = new CfnRotationSchedule(this, access === first ? 'Schedule' : `Schedule-${access.node.id}`, {
        secretId: access.authSecretArn ?? '',
        rotationLambdaArn: this.function.functionArn,
        rotationRules: { scheduleExpression: `rate(${props.days} ${props.days === 1 ? 'day' : 'days'})` },
        // A deployment is no reason for a new token.
        rotateImmediatelyOnUpdate: false,
      });
      // Secrets Manager tries the function when the schedule is made.
      schedule.node.addDependency(this.function, rotation.role, redis.resource);
    }
  }
}
