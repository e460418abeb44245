import { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { functionEnv } from '../../contract/function-env';
import { parseSubscriptions } from '../../contract/subscriptions';
import { RedisSession } from '../../queue/session';
import { authTokenSource } from '../runtime/auth-token';
import { deadlineOf } from '../runtime/deadline';
import { EnvironmentReader } from '../runtime/environment';
import { createMetrics } from '../runtime/metrics';
import { Batch } from './batch';
import { publishBatch, type PublishingTools } from './publish-batch';
import { readRecord } from './read-record';
import { report } from './report';

/** What the publisher works with. */
export interface PublisherDependencies extends PublishingTools {
  readonly metrics: Metrics;
}

/** SQS batch in, partial batch response out: exactly the records that were not written and confirmed are handed back. */
export function createHandler(dependencies: PublisherDependencies) {
  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const startedMs = performance.now();
    const { subscriptions } = dependencies.settings;
    const batch = new Batch(event.Records.map((record) => readRecord(record, subscriptions)));
    const trouble = await publishBatch(batch, deadlineOf(context), dependencies);
    report(batch, trouble, { latencyMs: performance.now() - startedMs, nowMs: Date.now() }, dependencies);
    const failed = batch.outcomes().filter(({ outcome }) => outcome === 'failed');
    return { batchItemFailures: failed.map(({ read }) => ({ itemIdentifier: read.sqsMessageId })) };
  };
}

function fromEnvironment(env: NodeJS.ProcessEnv): PublisherDependencies {
  const reader = new EnvironmentReader(env);
  const environment = reader.text(functionEnv.environment);
  const host = reader.text(functionEnv.redisHost);
  const port = reader.wholeNumber(functionEnv.redisPort, 1, 65_535);
  const secretArn = reader.text(functionEnv.redisAuthSecretArn);
  const subscriptions = reader.parsed(functionEnv.subscriptions, parseSubscriptions) ?? [];
  const minReplicaAcks = reader.wholeNumber(functionEnv.minReplicaAcks, 0, 5);
  const seenSeconds = reader.wholeNumber(functionEnv.seenHours, 1, 336) * 3600;
  reader.check();

  // Slow is as bad as away here: what does not answer in time is tried again within the invocation.
  const secrets = new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
  const token = authTokenSource(secrets, secretArn);
  return {
    session: new RedisSession({ host, port, token, connectTimeoutMs: 2000, commandTimeoutMs: 3000 }),
    settings: { subscriptions, minReplicaAcks, seenSeconds },
    logger: new Logger({ serviceName: 'model-events-publisher' }),
    metrics: createMetrics(environment),
  };
}

export const handler = createHandler(fromEnvironment(process.env));
