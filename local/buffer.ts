/** An SQS standard queue with its dead letter queue and a Lambda event source mapping, in memory. */
import { createHash, randomUUID } from 'node:crypto';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { systemClock, type Clock } from './clock';

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
  /** Told of each batch of which something failed; `error` is why, where the function itself gave no answer. @default nobody */
  readonly onFailure?: (messageIds: readonly string[], error?: Error) => void;
  /** @default the machine's time */
  readonly clock?: Clock;
  /** @default a sample ARN in us-east-1 */
  readonly arn?: string;
}

/** A message that was received `maxReceiveCount` times in vain. */
export interface DeadMessage {
  readonly messageId: string;
  readonly body: string;
  readonly receiveCount: number;
}

interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: number;
  firstReceivedAt: number;
  receiveCount: number;
  /** Of the latest receive; a deletion with an older one is void. */
  receipt: string;
}

/** One receive of a message. */
interface Received {
  readonly message: Message;
  readonly receipt: string;
}

export class LocalBuffer {
  /** Messages given up, oldest first. */
  readonly deadLetters: DeadMessage[] = [];

  readonly #options: BufferOptions;
  readonly #clock: Clock;
  readonly #live = new Set<Message>();
  readonly #running = new Set<Promise<void>>();
  readonly #timers = new Set<() => void>();
  #visible: Message[] = [];
  #endWindow: (() => void) | undefined;
  #pumpPlanned = false;
  #stopped = false;
  #idleWaiters: (() => void)[] = [];

  constructor(options: BufferOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Messages neither deleted nor dead: waiting, in flight or hidden. */
  get size(): number {
    return this.#live.size;
  }

  /** Puts a message in; returns its id. */
  send(body: string): string {
    if (this.#stopped) throw new Error('the buffer was stopped: nothing can be sent to it');
    const sentAt = this.#clock.now();
    const message = { messageId: randomUUID(), body, sentAt, firstReceivedAt: 0, receiveCount: 0, receipt: '' };
    this.#live.add(message);
    this.#visible.push(message);
    this.#planPump();
    return message.messageId;
  }

  /** Resolves when every message is delivered or dead; at once when there is none. */
  async idle(): Promise<void> {
    if (this.#live.size === 0 && this.#running.size === 0) return;
    await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Starts no invocation any more and resolves when the running ones have ended. What is left is dropped. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    await Promise.all(this.#running);
  }

  /** What one call put in together leaves together, hence not at once. */
  #planPump(): void {
    if (this.#pumpPlanned || this.#stopped) return;
    this.#pumpPlanned = true;
    queueMicrotask(() => {
      this.#pumpPlanned = false;
      this.#pump(false);
    });
  }

  #pump(windowEnded: boolean): void {
    const { batchSize, windowSeconds, maxConcurrency } = this.#options;
    while (!this.#stopped && this.#visible.length > 0 && this.#running.size < maxConcurrency) {
      if (this.#visible.length < batchSize && windowSeconds > 0 && !windowEnded) {
        this.#endWindow ??= this.#after(windowSeconds, () => {
          this.#endWindow = undefined;
          this.#pump(true);
        });
        return;
      }
      this.#endWindow?.();
      this.#endWindow = undefined;
      const batch = this.#receive();
      if (batch.length > 0) this.#run(batch);
    }
    this.#tellIfIdle();
  }

  /** Takes a batch; a message that has had all its receives is moved to the dead letters instead, as SQS does. */
  #receive(): Received[] {
    const batch: Received[] = [];
    for (const message of this.#visible.splice(0, this.#options.batchSize)) {
      if (!this.#live.has(message)) continue; // Its visibility ran out, then the slow invocation succeeded after all.
      if (message.receiveCount >= this.#options.maxReceiveCount) {
        this.#live.delete(message);
        const { messageId, body, receiveCount } = message;
        this.deadLetters.push({ messageId, body, receiveCount });
        continue;
      }
      message.receiveCount += 1;
      message.firstReceivedAt ||= this.#clock.now();
      message.receipt = randomUUID();
      batch.push({ message, receipt: message.receipt });
    }
    return batch;
  }

  #run(batch: readonly Received[]): void {
    const cancelReturn = this.#after(this.#options.visibilityTimeoutSeconds, () => {
      this.#visible.push(...batch.filter((received) => this.#holds(received)).map(({ message }) => message));
      this.#planPump();
    });
    const invocation = this.#invoke(batch).finally(() => {
      this.#running.delete(invocation);
      if (!batch.some((received) => this.#holds(received))) cancelReturn();
      this.#pump(false);
    });
    this.#running.add(invocation);
  }

  /** Whether the message is neither deleted nor received by somebody else since. */
  #holds({ message, receipt }: Received): boolean {
    return this.#live.has(message) && message.receipt === receipt;
  }

  async #invoke(batch: readonly Received[]): Promise<void> {
    const records = batch.map(({ message }) => this.#record(message));
    let failed: ReadonlySet<string>;
    let error: Error | undefined;
    try {
      failed = failedIds(await this.#options.invoke({ Records: records }), records);
    } catch (reason) {
      error = reason instanceof Error ? reason : new Error(String(reason));
      failed = new Set(records.map((record) => record.messageId));
    }
    for (const received of batch) {
      if (!failed.has(received.message.messageId) && this.#holds(received)) this.#live.delete(received.message);
    }
    if (failed.size > 0) this.#options.onFailure?.([...failed], error);
  }

  #record(message: Message): SQSRecord {
    return {
      messageId: message.messageId,
      receiptHandle: message.receipt,
      body: message.body,
      attributes: {
        ApproximateReceiveCount: String(message.receiveCount),
        SentTimestamp: String(message.sentAt),
        SenderId: 'AIDAEXAMPLE',
        ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      },
      messageAttributes: {},
      md5OfBody: createHash('md5').update(message.body).digest('hex'),
      eventSource: 'aws:sqs',
      eventSourceARN: this.#options.arn ?? 'arn:aws:sqs:us-east-1:123456789012:model-events-local-buffer',
      awsRegion: 'us-east-1',
    };
  }

  #after(seconds: number, callback: () => void): () => void {
    const stopTimer = this.#clock.after(seconds * 1000, () => {
      this.#timers.delete(cancel);
      callback();
    });
    const cancel = (): void => {
      this.#timers.delete(cancel);
      stopTimer();
    };
    this.#timers.add(cancel);
    return cancel;
  }

  #tellIfIdle(): void {
    if (this.#live.size > 0 || this.#running.size > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}

/**
 * The messages that a partial batch response calls failed. No response and an empty list mean that all went well; what Lambda
 * cannot read (no object, an id that is empty or not of this batch) throws, which fails the batch as a whole.
 */
function failedIds(response: unknown, records: readonly SQSRecord[]): ReadonlySet<string> {
  if (response === null || response === undefined) return new Set();
  if (typeof response !== 'object') throw malformed(response);
  const failures = (response as Record<string, unknown>)['batchItemFailures'] ?? [];
  if (!Array.isArray(failures)) throw malformed(response);
  const known = new Set(records.map((record) => record.messageId));
  return new Set(
    failures.map((failure: unknown) => {
      const id = (failure as Record<string, unknown> | null)?.['itemIdentifier'];
      if (typeof id !== 'string' || !known.has(id)) throw malformed(response);
      return id;
    }),
  );
}

function malformed(response: unknown): Error {
  const text = JSON.stringify(response).slice(0, 300);
  return new Error(`not a partial batch response for this batch, so all of it counts as failed: ${text}`);
}
