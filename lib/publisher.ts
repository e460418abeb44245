import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  type Alias,
  type CfnEventSourceMapping,
  EventSourceMapping,
  type Function as LambdaFunction,
  type IFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { redeliveryConcurrency } from '../config/concurrency';
import { functionEnv } from '../contract/function-env';
import { formatSubscriptions } from '../contract/subscriptions';
import type { Network } from './network';
import type { PipelineSettings } from './pipeline-settings';
import type { RedisAccess } from './redis-access';
import { RedisFunction } from './redis-function';

export interface PublisherProps {
  readonly environment: PipelineSettings;
  readonly buffer: IQueue;
  /** What it returned, to be delivered again. */
  readonly redeliveries: IQueue;
  readonly network: Network;
  readonly redis: RedisAccess;
  /** Folder with the publisher's bundle. */
  readonly bundle: string;
}

/** Redeliveries come in larger batches, since most are duplicates of what Redis has. */
const redelivered = { batchSize: 100, windowSeconds: 1 } as const;

/** Takes registrations from the buffer, in batches, and puts them into every subscription's queue. */
export class Publisher extends Construct {
  readonly function: LambdaFunction;
  /** Receives the batches. */
  readonly live: Alias;

  constructor(scope: Construct, id: string, props: PublisherProps) {
    super(scope, id);
    const { buffer, redeliveries, network, redis, environment } = props;
    const { publisher } = environment;
    const publisherFunction = new RedisFunction(this, 'Function', {
      description: `Model events: publisher (${environment.environment})`,
      bundle: props.bundle,
      network,
      redis,
      timeoutSeconds: publisher.timeoutSeconds,
      memoryMegabytes: publisher.memoryMegabytes,
      logRetentionDays: environment.logRetentionDays,
      environment: {
        [functionEnv.subscriptions]: formatSubscriptions(environment.subscriptions),
        [functionEnv.minReplicaAcks]: String(redis.confirmingReplicas),
        [functionEnv.seenHours]: String(environment.seenHours),
      },
    });
    this.function = publisherFunction.function;
    this.live = publisherFunction.publish({ provisionedConcurrency: publisher.provisionedConcurrency });

    // Lambda polls with the function's role; the function itself never calls SQS.
    publisherFunction.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
        resources: [buffer.queueArn, redeliveries.queueArn],
      }),
    );
    const batches = new EventSourceMapping(this, 'Batches', {
      target: this.live as IFunction,
      eventSourceArn: buffer.queueArn,
      batchSize: publisher.batchSize,
      maxBatchingWindow: Duration.seconds(publisher.maximumBatchingWindowSeconds),
      maxConcurrency: publisher.maximumConcurrency,
      reportBatchItemFailures: true,
    });
    const redeliveredBatches = new EventSourceMapping(this, 'RedeliveredBatches', {
      target: this.live as IFunction,
      eventSourceArn: redeliveries.queueArn,
      batchSize: redelivered.batchSize,
      maxBatchingWindow: Duration.seconds(redelivered.windowSeconds),
      maxConcurrency: redeliveryConcurrency(publisher),
      reportBatchItemFailures: true,
    });
    for (const mapping of [batches, redeliveredBatches]) {
      // Instead of a name cut out of the alias's ARN: readers of the template follow the reference.
      (mapping.node.defaultChild as CfnEventSourceMapping).functionName = this.live.functionArn;
    }
  }
}
