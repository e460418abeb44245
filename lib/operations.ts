import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Alias, CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { reservedExecutions } from '../config/concurrency';
import { functionEnv } from '../contract/function-env';
import { formatHealthThresholds } from '../contract/health-thresholds';
import { operationsFunctionName } from '../contract/operations';
import { formatSubscriptions } from '../contract/subscriptions';
import type { Network } from './network';
import type { PipelineSettings } from './pipeline-settings';
import type { RedisAccess } from './redis-access';
import { RedisFunction } from './redis-function';

export interface OperationsProps {
  readonly environment: PipelineSettings;
  readonly buffer: IQueue;
  readonly network: Network;
  readonly redis: RedisAccess;
  /** Folder with the operations function's bundle. */
  readonly bundle: string;
}

/** What the function asks of the buffer: an event that the publisher had refused goes through it again. */
export const bufferActions = ['sqs:SendMessage'] as const;

/** Inspects queues and redrives dead letters, for callers that IAM allows to invoke it. */
export class Operations extends Construct {
  readonly function: LambdaFunction;
  /** Answers callers. */
  readonly live: Alias;

  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    const { environment, buffer, network, redis } = props;
    const operations = new RedisFunction(this, 'Function', {
      description: `Model events: operations (${environment.environment})`,
      bundle: props.bundle,
      network,
      redis,
      // A page of dead letters whose events all go to the buffer; the operator's program waits 20 s.
      timeoutSeconds: 18,
      memoryMegabytes: 512,
      logRetentionDays: environment.logRetentionDays,
      reservedConcurrency: environment.deployment.reserveConcurrency ? reservedExecutions.operations : undefined,
      environment: {
        [functionEnv.subscriptions]: formatSubscriptions(environment.subscriptions),
        [functionEnv.healthThresholds]: formatHealthThresholds(environment.alarms),
        [functionEnv.durability]: redis.durability,
        [functionEnv.bufferUrl]: buffer.queueUrl,
        ...network.variablesFor('sqs'),
      },
    });
    this.function = operations.function;
    // The operator's program knows the environment and nothing else.
    (this.function.node.defaultChild as CfnFunction).functionName = operationsFunctionName(environment.environment);
    this.live = operations.publish();
    operations.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: [...bufferActions], resources: [buffer.queueArn] }),
    );
  }
}
