import { Logger } from '@aws-lambda-powertools/logger';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { functionEnv } from '../../contract/function-env';
import { parseSubscriptions } from '../../contract/subscriptions';
import { RedisSession } from '../../queue/session';
import { authTokenSource } from '../runtime/auth-token';
import { deadlineOf } from '../runtime/deadline';
import { EnvironmentReader } from '../runtime/environment';
import { createMetrics } from '../runtime/metrics';
import { type BufferQueues, observeBuffer } from './buffer-depths';
import { observeRedis, type Observing } from './observe-redis';
import { report, type Reporting } from './report';

/** What the monitor works with. */
export interface MonitorDependencies extends Observing, BufferQueues, Reporting {}

/** One run a minute: upkeep of the queues, and what is to be known about them. Two at once do no harm. */
export function createHandler(dependencies: MonitorDependencies) {
  return async (_event: unknown, context: Context): Promise<void> => {
    const deadline = deadlineOf(context);
    const observations = [observeRedis(deadline, dependencies), observeBuffer(deadline, dependencies)] as const;
    const [redis, buffer] = await Promise.all(observations);
    report(redis, buffer, dependencies);
  };
}

function fromEnvironment(env: NodeJS.ProcessEnv): MonitorDependencies {
  const reader = new EnvironmentReader(env);
  const environment = reader.text(functionEnv.environment);
  const host = reader.text(functionEnv.redisHost);
  const port = reader.wholeNumber(functionEnv.redisPort, 1, 65_535);
  const secretArn = reader.text(functionEnv.redisAuthSecretArn);
  const subscriptions = reader.parsed(functionEnv.subscriptions, parseSubscriptions) ?? [];
  const replicas = reader.wholeNumber(functionEnv.minReplicaAcks, 0, 5);
  const queueUrls = {
    BufferDepth: reader.text(functionEnv.bufferUrl),
    BufferDeadLetterDepth: reader.text(functionEnv.bufferDeadLettersUrl),
    UndeliverableDepth: reader.text(functionEnv.undeliverableUrl),
  };
  reader.check();

  // Each part of the way has its own limit, so that the one which is to blame is named before the function's time is over.
  const limits = {
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  };
  const token = authTokenSource(new SecretsManagerClient(limits), secretArn);
  return {
    session: new RedisSession({ host, port, token, connectTimeoutMs: 2000, commandTimeoutMs: 2000 }),
    queues: subscriptions.map(({ queue }) => queue),
    // A queue's URL names the public endpoint; in a VPC with interface endpoints the way is the configured one.
    sqs: new SQSClient({ ...limits, useQueueUrlAsEndpoint: false }),
    queueUrls,
    replicas,
    logger: new Logger({ serviceName: 'model-events-monitor' }),
    metrics: createMetrics(environment),
  };
}

export const handler = createHandler(fromEnvironment(process.env));
