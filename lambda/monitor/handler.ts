import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { functionEnv } from '../../contract/function-env';
import { monitorMetrics } from '../../contract/metrics';
import { RedisSession } from '../../queue/session';
import { tokenSourceOf } from '../runtime/redis-login';
import { deadlineOf } from '../runtime/deadline';
import { clientLimits } from '../runtime/aws-limits';
import { EnvironmentReader } from '../runtime/environment';
import { observeRedis, type Observing } from './observe-redis';
import { report, type Reporting } from './report';
import { TokenAge } from './token-age';
import { type Telemetry, telemetryOf, withTelemetry } from '../runtime/invocation';
import { FunctionMetrics } from '../runtime/metrics';

/** What the monitor works with. */
export interface MonitorDependencies extends Observing, Reporting, Telemetry {
  /** Undefined with IAM: no token is stored. */
  readonly tokenAge: TokenAge | undefined;
}

/** Runs every minute: maintains the queues and measures them. Two runs at the same time do no harm. */
export function createHandler(dependencies: MonitorDependencies) {
  return withTelemetry(dependencies, async (_event: unknown, context: Context): Promise<void> => {
    const deadline = deadlineOf(context);
    const { tokenAge } = dependencies;
    const observations = [
      observeRedis(deadline, dependencies),
      tokenAge?.days(deadline).catch((error: unknown) => error as Error) ?? Promise.resolve(undefined),
    ] as const;
    report(...(await Promise.all(observations)), dependencies);
  });
}

function fromEnvironment(env: NodeJS.ProcessEnv): MonitorDependencies {
  const reader = new EnvironmentReader(env);
  const environment = reader.text(functionEnv.environment);
  const redis = reader.redis();
  const login = reader.login();
  const subscriptions = reader.subscriptions();
  const replicas = reader.wholeNumber(functionEnv.minReplicaAcks, 0, 5);
  reader.check();

  // Each step has its own limit, so that the error names the step that failed before the function times out.
  const limits = clientLimits();
  const token = tokenSourceOf(login, limits);
  return {
    tokenAge: 'secretArn' in login ? new TokenAge(new SecretsManagerClient(limits), login.secretArn) : undefined,
    session: new RedisSession({ ...redis, token, connectTimeoutMs: 2000, commandTimeoutMs: 2000 }),
    subscriptions,
    replicas,
    ...telemetryOf('monitor', environment),
    metrics: new FunctionMetrics(environment, monitorMetrics),
  };
}

export const handler = createHandler(fromEnvironment(process.env));
