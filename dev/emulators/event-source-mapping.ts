/** The Lambda event source mapping that empties an SQS queue. */
import { createHash } from 'node:crypto';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { Clock } from '../local/clock';
import { failedIds } from './batch-response';
import type { Received, SqsQueue } from './sqs-queue';

/** The properties of a mapping. */
export interface MappingSettings {
  /** Most messages of one invocation. */
  readonly batchSize: number;
  /** How long the mapping waits for a batch to fill; 0 does not wait. */
  readonly windowSeconds: number;
  /** Most invocations at a time. */
  readonly maxConcurrency: number;
}

export interface MappingOptions extends MappingSettings {
  readonly queue: SqsQueue;
  readonly clock: Clock;
  /** The function; its answer is a partial batch response, a rejection fails the whole batch. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  /** Called with the failed messages of each batch; `error` is the cause if the function returned no response. */
  readonly onFailure: ((messageIds: readonly string[], error?: Error) => void) | undefined;
  /** Called when the mapping may have become idle. */
  readonly onPause: () => void;
}

export class EventSourceMapping {
  private readonly running = new Set<Promise<void>>();
  private stopWindow: (() => void) | undefined;
  private pumpPlanned = false;
  private stopped = false;

  constructor(private readonly options: MappingOptions) {
    options.queue.onVisible(() => this.planPump());
  }

  /** Whether no invocation is running. */
  get idle(): boolean {
    return this.running.size === 0;
  }

  /** Starts no invocation any more and resolves when the running ones have ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.stopWindow?.();
    await Promise.all(this.running);
  }

  /** What one call put in together leaves together, hence not at once. */
  private planPump(): void {
    if (this.pumpPlanned || this.stopped) return;
    this.pumpPlanned = true;
    queueMicrotask(() => {
      this.pumpPlanned = false;
      this.pump(false);
    });
  }

  private pump(windowEnded: boolean): void {
    const { queue, clock, batchSize, windowSeconds, maxConcurrency } = this.options;
    while (!this.stopped && queue.visibleCount > 0 && this.running.size < maxConcurrency) {
      if (queue.visibleCount < batchSize && windowSeconds > 0 && !windowEnded) {
        this.stopWindow ??= clock.after(windowSeconds * 1000, () => {
          this.stopWindow = undefined;
          this.pump(true);
        });
        return;
      }
      this.stopWindow?.();
      this.stopWindow = undefined;
      const batch = queue.receive(batchSize);
      if (batch.length > 0) this.run(batch);
      else if (queue.inFlightLimitReached) break;
    }
    this.options.onPause();
  }

  private run(batch: readonly Received[]): void {
    const invocation = this.invoke(batch).finally(() => {
      this.running.delete(invocation);
      this.pump(false);
    });
    this.running.add(invocation);
  }

  private async invoke(batch: readonly Received[]): Promise<void> {
    const { queue, invoke, onFailure } = this.options;
    const records = batch.map((received) => this.record(received));
    let failed: ReadonlySet<string>;
    let error: Error | undefined;
    try {
      failed = failedIds(await invoke({ Records: records }), records);
    } catch (reason) {
      error = reason instanceof Error ? reason : new Error(String(reason));
      failed = new Set(records.map((record) => record.messageId));
    }
    for (const { message, receipt } of batch) if (!failed.has(message.messageId)) queue.delete(receipt);
    if (failed.size > 0) onFailure?.([...failed], error);
  }

  private record({ message, receipt }: Received): SQSRecord {
    return {
      messageId: message.messageId,
      receiptHandle: receipt,
      body: message.body,
      attributes: {
        ApproximateReceiveCount: String(message.receiveCount),
        SentTimestamp: String(message.sentAt),
        SenderId: 'AIDAEXAMPLE',
        ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
        ...(message.traceHeader === undefined ? {} : { AWSTraceHeader: message.traceHeader }),
      },
      messageAttributes: {},
      md5OfBody: createHash('md5').update(message.body).digest('hex'),
      eventSource: 'aws:sqs',
      eventSourceARN: this.options.queue.arn,
      awsRegion: 'us-east-1',
    };
  }
}
