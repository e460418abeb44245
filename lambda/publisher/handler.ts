import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { functionEnv } from '../../contract/function-env';
import { rootQueueOf } from '../../contract/patterns';
import { isObject } from '../../contract/rules';
import { type PublisherMetric, publisherMetrics } from '../../contract/metrics';
import { RedisSession } from '../../queue/session';
import { tokenSourceOf } from '../runtime/redis-login';
import { deadlineOf } from '../runtime/deadline';
import { clientLimits } from '../runtime/aws-limits';
import { EnvironmentReader } from '../runtime/environment';
import { Batch } from './batch';
import { publishBatch, type PublishingTools } from './publish-batch';
import { readRecord, type ReadRecord } from './read-record';
import { ReplicasBySlot } from './replica-knowledge';
import { report } from './report';
import { type Telemetry, telemetryOf, withTelemetry } from '../runtime/invocation';
import { FunctionMetrics } from '../runtime/metrics';

/** What the publisher works with. */
export interface PublisherDependencies extends PublishingTools, Telemetry {
  readonly metrics: FunctionMetrics<PublisherMetric>;
}

/** SQS batch in, partial batch response out: exactly the records that were not written and confirmed are handed back. */
export function createHandler(dependencies: PublisherDependencies) {
  return withTelemetry(dependencies, async (event: SQSEvent, context: Context): Promise<SQSBatchResponse | string> => {
    // Not an error: the invocation is from a person, and an error would alarm the on-call.
    if (!isBatch(event)) return notABatch;
    const startedMs = performance.now();
    const { subscriptions } = dependencies.settings;
    const records = event.Records.map((record) => readRecord(record, subscriptions));
    dependencies.logger.appendKeys(idsOf(records));
    dependencies.logger.debug('batch received', { sqsMessageIds: records.map(({ sqsMessageId }) => sqsMessageId) });
    const batch = new Batch(records);
    const failures = await publishBatch(batch, deadlineOf(context), dependencies);
    const outcomes = batch.outcomes();
    report(outcomes, failures, { latencyMs: performance.now() - startedMs, nowMs: Date.now() }, dependencies);
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed' || outcome === 'unconfirmed');
    return { batchItemFailures: failed.map(({ read }) => ({ itemIdentifier: read.sqsMessageId })) };
  });
}

/** The answer to another event, as from the Test button of Lambda's console. */
const notABatch =
  'Nothing was published: the publisher takes batches of SQS, with "Records". To test the pipeline, run `npx model-events smoke`.';

/** The events of other services have `Records` as well, of another form. */
function isBatch(event: unknown): boolean {
  const records: unknown = isObject(event) ? event['Records'] : undefined;
  return Array.isArray(records) && records.every(isMessage);
}

const isMessage = (record: unknown): boolean =>
  isObject(record) && typeof record['messageId'] === 'string' && typeof record['body'] === 'string';

/** The ids by which a log query finds every line about a message. */
function idsOf(records: readonly ReadRecord[]): { messageIds: string[]; correlationIds: string[] } {
  const readings = records.map(({ reading }) => reading);
  return {
    messageIds: readings.flatMap((reading) => ('messageId' in reading ? [reading.messageId] : [])),
    correlationIds: readings.flatMap((reading) => ('correlationId' in reading ? [reading.correlationId] : [])),
  };
}

function fromEnvironment(env: NodeJS.ProcessEnv): PublisherDependencies {
  const reader = new EnvironmentReader(env);
  const environment = reader.text(functionEnv.environment);
  const redis = reader.redis();
  const login = reader.login();
  const subscriptions = reader.subscriptions();
  const minReplicaAcks = reader.wholeNumber(functionEnv.minReplicaAcks, 0, 5);
  const seenSeconds = reader.wholeNumber(functionEnv.seenHours, 1, 336) * 3600;
  reader.check();

  // Slow is as bad as away here: what does not answer in time is tried again within the invocation.
  const token = tokenSourceOf(login, clientLimits());
  return {
    session: new RedisSession({ ...redis, token, connectTimeoutMs: 2000, commandTimeoutMs: 3000 }),
    settings: { subscriptions, minReplicaAcks, seenSeconds },
    replicas: new ReplicasBySlot(minReplicaAcks),
    ...telemetryOf('publisher', environment),
    metrics: new FunctionMetrics(environment, publisherMetrics),
  };
}

/** Lambda allows 10 s for all of a function's initialization. */
const initLimitMs = 5000;

const dependencies = fromEnvironment(process.env);
// Secret, TLS and AUTH take most of a cold start. Lambda gives the initialization a full core, the handler only a share of one.
const queues = dependencies.settings.subscriptions.map(({ queue }) => queue);
const sessions = new Set([rootQueueOf(queues), ...queues].map((queue) => dependencies.session.at(queue)));
await Promise.all([...sessions].map((session) => session.warmUp(initLimitMs)));

export const handler = createHandler(dependencies);
