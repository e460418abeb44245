/** The result of a run. */
import type { Percentiles } from './latencies';
import type { RedisMemory, SeenCost } from './memory';
import type { LoadPlan } from './options';

/** A time with one rate. */
export interface Phase {
  readonly name: 'load' | 'burst';
  /** Messages a second that were asked for. */
  readonly asked: number;
  /** Those that the bus took. */
  readonly reached: number;
  readonly seconds: number;
  readonly events: number;
  /** The publisher's own metric. */
  readonly publishLatencyMs: Percentiles | undefined;
  /** By queue: from the call of PutEvents to the consumer's handler. */
  readonly delayMs: Readonly<Record<string, Percentiles | undefined>>;
}

/** The memory at one moment; bytes. */
export interface Sample {
  readonly when: string;
  readonly emitted: number;
  /** In the buffer and in all queues. */
  readonly waiting: number;
  readonly redis: RedisMemory;
  /** Resident, of each of the publisher's processes. */
  readonly publishers: readonly number[];
  /** Resident, by queue. */
  readonly consumers: Readonly<Record<string, number>>;
}

/** What came of it. */
export interface Outcome {
  readonly plan: LoadPlan;
  readonly emitted: number;
  /** Different events that a consumer handled, by queue. */
  readonly handled: Readonly<Record<string, number>>;
  /** For each subscription: events that were not handled and are in no queue. */
  readonly lost: number;
  /** Times that consumers handled what had been handled. */
  readonly duplicates: number;
  readonly deadLetters: number;
  /** Batches of which something went back to the buffer. */
  readonly failedBatches: number;
  /** When most was on its way: how much stood where, `buffer` and each queue. */
  readonly deepest: Readonly<Record<string, number>>;
  /** From the last event to empty queues; nothing where they did not become empty in time. */
  readonly drainSeconds: number | undefined;
  readonly phases: readonly Phase[];
  readonly samples: readonly Sample[];
  readonly seen: SeenCost | undefined;
  /** What went wrong, in words. */
  readonly problems: readonly string[];
}

/** True where nothing was lost and everything arrived in time. */
export function isSound({ lost, deadLetters, drainSeconds }: Outcome): boolean {
  return lost === 0 && deadLetters === 0 && drainSeconds !== undefined;
}
