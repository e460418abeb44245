import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Alias, Function as LambdaFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { reservedExecutions } from '../config/concurrency';
import { functionEnv } from '../contract/function-env';
import { formatSubscriptions } from '../contract/subscriptions';
import type { Network } from './network';
import type { PipelineSettings } from './pipeline-settings';
import type { RedisAccess } from './redis-access';
import { RedisFunction } from './redis-function';

export interface MonitorProps {
  readonly environment: PipelineSettings;
  readonly network: Network;
  readonly redis: RedisAccess;
  /** Folder with the monitor's bundle. */
  readonly bundle: string;
}

/** Missed runs are not made up for: the next minute's run does the same. */
const maxEventAge = Duration.minutes(1);

/** Every minute: the maintenance of the queues in Redis, and the metrics of what is in them. */
export class Monitor extends Construct {
  readonly function: LambdaFunction;
  /** Runs every minute. */
  readonly live: Alias;

  constructor(scope: Construct, id: string, props: MonitorProps) {
    super(scope, id);
    const { environment, network, redis } = props;
    const monitor = new RedisFunction(this, 'Function', {
      description: `Model events: monitor (${environment.environment})`,
      bundle: props.bundle,
      network,
      redis,
      timeoutSeconds: 10,
      memoryMegabytes: 256,
      logRetentionDays: environment.logRetentionDays,
      reservedConcurrency: environment.deployment.reserveConcurrency ? reservedExecutions.monitor : undefined,
      environment: {
        [functionEnv.subscriptions]: formatSubscriptions(environment.subscriptions),
        [functionEnv.minReplicaAcks]: String(redis.confirmingReplicas),
      },
    });
    this.function = monitor.function;
    this.live = monitor.publish();
    // Lambda repeats an asynchronous invocation that failed twice, and a throttled one for six hours, by the
    // alias's own setting, whatever the target's is: "How Lambda handles errors and retries with asynchronous invocation".
    this.live.configureAsyncInvoke({ retryAttempts: 0, maxEventAge });
    new Rule(this, 'EveryMinute', {
      description: `Model events: runs the monitor (${environment.environment})`,
      schedule: Schedule.rate(Duration.minutes(1)),
      // No retries: the run of the next minute reads the same queues.
      targets: [new LambdaTarget(this.live as IFunction, { retryAttempts: 0, maxEventAge })],
    });
  }
}
