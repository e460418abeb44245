/** An SQS standard queue in memory: what was received is hidden for a while, what was received too often is dead. */
import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '../local/clock';

export interface SqsQueueOptions {
  readonly name: string;
  /** Default visibility timeout. @default 30, as in SQS */
  readonly visibilityTimeoutSeconds?: number;
  /** Where a message goes at the receive after its last one. @default it may be received for ever */
  readonly deadLetters?: { readonly queue: SqsQueue; readonly maxReceiveCount: number };
  /** @default the machine's time */
  readonly clock?: Clock;
}

/** A message's own attributes, as their sender wrote them. */
export type MessageAttributes = Readonly<
  Record<string, { readonly DataType: string; readonly StringValue?: string; readonly BinaryValue?: string }>
>;

export interface SqsMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** X-Ray's header of its sender. */
  readonly traceHeader?: string | undefined;
  /** Milliseconds since 1970, as the following. */
  readonly sentAt: number;
  /** 0 before the first receive. */
  readonly firstReceivedAt: number;
  readonly receiveCount: number;
}

/** One receive of a message; its receipt can delete the message until the next receive. */
export interface Received {
  readonly message: SqsMessage;
  readonly receipt: string;
}

interface Entry {
  message: SqsMessage;
  /** Of the latest receive. */
  receipt: string;
  showAgain: (() => void) | undefined;
}

const account = '123456789012';
/** SQS's quota for messages that are received and not deleted. */
const mostInFlight = 120_000;
const region = 'us-east-1';

export class SqsQueue {
  /** Of messages that are received from now on, if their receiver does not choose another. */
  visibilityTimeoutSeconds: number;
  private readonly clock: Clock;
  private readonly entries = new Map<string, Entry>();
  private readonly byReceipt = new Map<string, Entry>();
  private readonly visible = new Set<Entry>();
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly options: SqsQueueOptions) {
    this.clock = options.clock ?? systemClock;
    this.visibilityTimeoutSeconds = options.visibilityTimeoutSeconds ?? 30;
  }

  get name(): string {
    return this.options.name;
  }

  get arn(): string {
    return `arn:aws:sqs:${region}:${account}:${this.name}`;
  }

  /** What comes after the endpoint in the queue's URL. */
  get path(): string {
    return `/${account}/${this.name}`;
  }

  get deadLetters(): SqsQueueOptions['deadLetters'] {
    return this.options.deadLetters;
  }

  /** Messages that are there, hidden ones included. */
  get size(): number {
    return this.entries.size;
  }

  /** Whether a message is there that was sent before this time, milliseconds since 1970. */
  holdsSentBefore(ms: number): boolean {
    for (const { message } of this.entries.values()) if (message.sentAt < ms) return true;
    return false;
  }

  get visibleCount(): number {
    return this.visible.size;
  }

  /** All messages, in the order of their arrival; nothing is received by looking. */
  get messages(): readonly SqsMessage[] {
    return [...this.entries.values()].map(({ message }) => message);
  }

  /** Calls back whenever a message can be received that could not before. */
  onVisible(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Puts a message in; returns its id. */
  send(body: string, attributes: MessageAttributes = {}, traceHeader?: string): string {
    const sentAt = this.clock.now();
    return this.put({
      messageId: randomUUID(),
      body,
      attributes,
      traceHeader,
      sentAt,
      firstReceivedAt: 0,
      receiveCount: 0,
    });
  }

  /** Whether SQS returns nothing, whatever is visible, until messages are deleted or visible again. */
  get inFlightLimitReached(): boolean {
    return this.entries.size - this.visible.size >= mostInFlight;
  }

  /**
   * Hides and returns messages, the oldest first; one that has had all its receives is moved to the dead letters instead. Returns
   * nothing while the most messages are in flight.
   */
  receive(most: number, hiddenSeconds = this.visibilityTimeoutSeconds): Received[] {
    const received: Received[] = [];
    for (const entry of this.visible) {
      if (received.length === most || this.inFlightLimitReached) break;
      if (this.isDead(entry)) continue;
      this.visible.delete(entry);
      entry.message = {
        ...entry.message,
        receiveCount: entry.message.receiveCount + 1,
        firstReceivedAt: entry.message.firstReceivedAt || this.clock.now(),
      };
      this.byReceipt.delete(entry.receipt);
      entry.receipt = randomUUID();
      this.byReceipt.set(entry.receipt, entry);
      entry.showAgain = this.clock.after(hiddenSeconds * 1000, () => {
        entry.showAgain = undefined;
        this.show(entry);
      });
      received.push({ message: entry.message, receipt: entry.receipt });
    }
    return received;
  }

  /** Takes the message out for good. @returns false for a receipt that is void */
  delete(receipt: string): boolean {
    const entry = this.byReceipt.get(receipt);
    if (entry === undefined) return false;
    this.remove(entry);
    return true;
  }

  /** Takes a message out that can be received, as a move task does. */
  take(): SqsMessage | undefined {
    const [entry] = this.visible;
    if (entry !== undefined) this.remove(entry);
    return entry?.message;
  }

  /** Hidden messages stay hidden from now on. */
  stop(): void {
    for (const entry of this.entries.values()) entry.showAgain?.();
  }

  /** SQS moves a dead message as it is: its id, its time and its count stay. */
  private put(message: SqsMessage): string {
    const entry: Entry = { message, receipt: '', showAgain: undefined };
    this.entries.set(message.messageId, entry);
    this.show(entry);
    return message.messageId;
  }

  private show(entry: Entry): void {
    this.visible.add(entry);
    for (const listener of this.listeners) listener();
  }

  private isDead(entry: Entry): boolean {
    const { deadLetters } = this.options;
    if (deadLetters === undefined || entry.message.receiveCount < deadLetters.maxReceiveCount) return false;
    this.remove(entry);
    deadLetters.queue.put(entry.message);
    return true;
  }

  private remove(entry: Entry): void {
    entry.showAgain?.();
    this.byReceipt.delete(entry.receipt);
    this.entries.delete(entry.message.messageId);
    // A slow holder may delete what is visible again.
    this.visible.delete(entry);
  }
}
