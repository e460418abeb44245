/** The buffer: an SQS queue with its dead letter queue, and the Lambda event source mapping that empties it. */
import { createHash } from 'node:crypto';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { failedIds } from './batch-response';
import { systemClock, type Clock } from '../local/clock';
import { type Received, SqsQueue } from './sqs-queue';

/** The properties of the queue and of the mapping that decide what is delivered when. */
export interface BufferSettings {
  /** Most messages of one invocation. */
  readonly batchSize: number;
  /** How long the mapping waits for a batch to fill; 0 does not wait. */
  readonly windowSeconds: number;
  /** How long a received message is hidden: a failed one comes back after it. */
  readonly visibilityTimeoutSeconds: number;
  /** Receives after which a message is dead. */
  readonly maxReceiveCount: number;
  /** Most invocations at a time. */
  readonly maxConcurrency: number;
}

export interface BufferOptions extends BufferSettings {
  /** The function behind the mapping; its answer is a partial batch response, a rejection fails the whole batch. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  /** Called with the failed messages of each batch; `error` is the cause if the function returned no response. @default none */
  readonly onFailure?: (messageIds: readonly string[], error?: Error) => void;
  /** @default the machine's time */
  readonly clock?: Clock;
}

export class LocalBuffer {
  /** Messages that were received `maxReceiveCount` times in vain. */
  readonly deadLetters: SqsQueue;
  readonly queue: SqsQueue;

  private readonly clock: Clock;
  private readonly running = new Set<Promise<void>>();
  private stopWindow: (() => void) | undefined;
  private pumpPlanned = false;
  private stopped = false;
  private idleWaiters: (() => void)[] = [];

  constructor(private readonly options: BufferOptions) {
    this.clock = options.clock ?? systemClock;
    const { visibilityTimeoutSeconds, maxReceiveCount } = options;
    this.deadLetters = new SqsQueue({ name: 'model-events-local-BufferDeadLetters', clock: this.clock });
    this.queue = new SqsQueue({
      name: 'model-events-local-Buffer',
      visibilityTimeoutSeconds,
      deadLetters: { queue: this.deadLetters, maxReceiveCount },
      clock: this.clock,
    });
    this.queue.onVisible(() => this.planPump());
  }

  /** Messages neither deleted nor dead: waiting, in flight or hidden. */
  get size(): number {
    return this.queue.size;
  }

  /** Puts a message in; returns its id. @param traceHeader X-Ray's, which receivers get as `AWSTraceHeader` */
  send(body: string, traceHeader?: string): string {
    if (this.stopped) throw new Error('the buffer was stopped: nothing can be sent to it');
    return this.queue.send(body, {}, traceHeader);
  }

  /** Resolves when every message is delivered or dead; at once when there is none. */
  async idle(): Promise<void> {
    if (this.queue.size === 0 && this.running.size === 0) return;
    await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  /** Starts no invocation any more and resolves when the running ones have ended. What is left is dropped. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.stopWindow?.();
    this.queue.stop();
    this.deadLetters.stop();
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
    const { batchSize, windowSeconds, maxConcurrency } = this.options;
    while (!this.stopped && this.queue.visibleCount > 0 && this.running.size < maxConcurrency) {
      if (this.queue.visibleCount < batchSize && windowSeconds > 0 && !windowEnded) {
        this.stopWindow ??= this.clock.after(windowSeconds * 1000, () => {
          this.stopWindow = undefined;
          this.pump(true);
        });
        return;
      }
      this.stopWindow?.();
      this.stopWindow = undefined;
      const batch = this.queue.receive(batchSize);
      if (batch.length > 0) this.run(batch);
    }
    this.notifyIfIdle();
  }

  private run(batch: readonly Received[]): void {
    const invocation = this.invoke(batch).finally(() => {
      this.running.delete(invocation);
      this.pump(false);
    });
    this.running.add(invocation);
  }

  private async invoke(batch: readonly Received[]): Promise<void> {
    const records = batch.map((received) => this.record(received));
    let failed: ReadonlySet<string>;
    let error: Error | undefined;
    try {
      failed = failedIds(await this.options.invoke({ Records: records }), records);
    } catch (reason) {
      error = reason instanceof Error ? reason : new Error(String(reason));
      failed = new Set(records.map((record) => record.messageId));
    }
    for (const { message, receipt } of batch) if (!failed.has(message.messageId)) this.queue.delete(receipt);
    if (failed.size > 0) this.options.onFailure?.([...failed], error);
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
      eventSourceARN: this.queue.arn,
      awsRegion: 'us-east-1',
    };
  }

  private notifyIfIdle(): void {
    if (this.queue.size > 0 || this.running.size > 0) return;
    for (const resolve of this.idleWaiters.splice(0)) resolve();
  }
}
