/** The buffer: an SQS queue, the queues that its messages move to, and the Lambda event source mappings that empty them. */
import type { SQSEvent } from 'aws-lambda';
import { systemClock, type Clock } from '../local/clock';
import { EventSourceMapping, type MappingSettings } from './event-source-mapping';
import { SqsQueue } from './sqs-queue';

/** The properties of the queues and of the mappings that decide what is delivered when. */
export interface BufferSettings extends MappingSettings {
  /** How long a received message is hidden: a failed one comes back after it. */
  readonly visibilityTimeoutSeconds: number;
  /** Receives after which a message is dead. */
  readonly maxReceiveCount: number;
  /** The mapping of the queue that a message moves to after its first receive. @default no such queue */
  readonly redeliveries?: MappingSettings;
}

export interface BufferOptions extends BufferSettings {
  /** The function behind the mappings; its answer is a partial batch response, a rejection fails the whole batch. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  /** Called with the failed messages of each batch; `error` is the cause if the function returned no response. @default none */
  readonly onFailure?: (messageIds: readonly string[], error?: Error) => void;
  /** @default the machine's time */
  readonly clock?: Clock;
}

export class LocalBuffer {
  /** Messages that were received `maxReceiveCount` times in vain. */
  readonly deadLetters: SqsQueue;
  /** Messages that were received once in vain; undefined without such a queue. */
  readonly redeliveries: SqsQueue | undefined;
  readonly queue: SqsQueue;

  private readonly mappings: readonly EventSourceMapping[];
  private stopped = false;
  private idleWaiters: (() => void)[] = [];

  constructor(options: BufferOptions) {
    const { visibilityTimeoutSeconds, maxReceiveCount, invoke, onFailure, clock = systemClock, redeliveries } = options;
    this.deadLetters = new SqsQueue({ name: 'model-events-local-BufferDeadLetters', clock });
    const last = { visibilityTimeoutSeconds, deadLetters: { queue: this.deadLetters, maxReceiveCount }, clock };
    const mapping = (queue: SqsQueue, settings: MappingSettings): EventSourceMapping =>
      new EventSourceMapping({ ...settings, queue, clock, invoke, onFailure, onPause: () => this.notifyIfIdle() });
    const name = 'model-events-local-Buffer';
    if (redeliveries === undefined) {
      this.queue = new SqsQueue({ ...last, name });
      this.mappings = [mapping(this.queue, options)];
    } else {
      this.redeliveries = new SqsQueue({ ...last, name: 'model-events-local-Redeliveries' });
      this.queue = new SqsQueue({ ...last, name, deadLetters: { queue: this.redeliveries, maxReceiveCount: 1 } });
      this.mappings = [mapping(this.queue, options), mapping(this.redeliveries, redeliveries)];
    }
  }

  /** The queues, in the order in which a message passes them. */
  get queues(): readonly SqsQueue[] {
    return [this.queue, ...(this.redeliveries === undefined ? [] : [this.redeliveries]), this.deadLetters];
  }

  /** Messages neither deleted nor dead: waiting, in flight or hidden. */
  get size(): number {
    return this.queue.size + (this.redeliveries?.size ?? 0);
  }

  /** Puts a message in; returns its id. @param traceHeader X-Ray's, which receivers get as `AWSTraceHeader` */
  send(body: string, traceHeader?: string): string {
    if (this.stopped) throw new Error('the buffer was stopped: nothing can be sent to it');
    return this.queue.send(body, {}, traceHeader);
  }

  /** Resolves when every message is delivered or dead; at once when there is none. */
  async idle(): Promise<void> {
    if (this.isIdle) return;
    await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  /** Starts no invocation any more and resolves when the running ones have ended. What is left is dropped. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const queue of this.queues) queue.stop();
    await Promise.all(this.mappings.map((mapping) => mapping.stop()));
  }

  private get isIdle(): boolean {
    return this.size === 0 && this.mappings.every(({ idle }) => idle);
  }

  private notifyIfIdle(): void {
    if (!this.isIdle) return;
    for (const resolve of this.idleWaiters.splice(0)) resolve();
  }
}
