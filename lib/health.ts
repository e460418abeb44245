import { type Function as LambdaFunction, FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { functionEnv } from '../contract/function-env';
import { formatHealthThresholds } from '../contract/health-thresholds';
import { formatSubscriptions } from '../contract/subscriptions';
import type { Network } from './network';
import type { PipelineSettings } from './pipeline-settings';
import type { RedisAccess } from './redis-access';
import { RedisFunction } from './redis-function';

export interface HealthProps {
  readonly environment: PipelineSettings;
  readonly network: Network;
  readonly redis: RedisAccess;
  /** Folder with the health function's bundle. */
  readonly bundle: string;
}

/** Answers `/live`, `/ready`, `/health` and `/messages/<message_id>`, for callers that IAM allows to invoke its URL. */
export class Health extends Construct {
  readonly function: LambdaFunction;
  /** `https://…/`; requests are signed for the service `lambda`. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: HealthProps) {
    super(scope, id);
    const { environment, network, redis } = props;
    this.function = new RedisFunction(this, 'Function', {
      description: `Model events: health and status of messages (${environment.environment})`,
      bundle: props.bundle,
      network,
      redis,
      // An answer takes 2 s at most; the rest is for a start.
      timeoutSeconds: 5,
      memoryMegabytes: 256,
      logRetentionDays: environment.logRetentionDays,
      environment: {
        [functionEnv.subscriptions]: formatSubscriptions(environment.subscriptions),
        [functionEnv.healthThresholds]: formatHealthThresholds(environment.alarms),
        [functionEnv.durability]: redis.durability,
      },
    }).function;
    // No grant here: callers get the right from their own policies (docs/health.md).
    this.url = this.function.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM }).url;
  }
}
