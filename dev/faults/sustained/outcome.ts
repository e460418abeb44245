/** The result of a run. */
import type { Percentiles } from './latencies';
import type { RedisMemory, SeenCost } from './memory';
import type { LoadPlan } from './options';

/** A period with a constant rate. */
export interface Phase {
  readonly name: 'load' | 'burst';
  /** Requested messages a second. */
  readonly asked: number;
  /** Number of events that the bus accepted. */
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

/** The results. */
export interface Outcome {
  readonly plan: LoadPlan;
  readonly emitted: number;
  /** Different events that a consumer handled, by queue. */
  readonly handled: Readonly<Record<string, number>>;
  /** For each subscription: events that were not handled and are in no queue. */
  readonly lost: number;
  /** Number of repeated handlings of an event. */
  readonly duplicates: number;
  readonly deadLetters: number;
  /** Batches with records that returned to the buffer. */
  readonly failedBatches: number;
  /** Depths of the buffer and each queue at the peak. */
  readonly deepest: Readonly<Record<string, number>>;
  /** From the last event to empty queues; undefined if they did not become empty in time. */
  readonly drainSeconds: number | undefined;
  readonly phases: readonly Phase[];
  readonly samples: readonly Sample[];
  readonly seen: SeenCost | undefined;
  /** Error messages. */
  readonly problems: readonly string[];
}

/** Whether no event was lost and all arrived in time. */
export function isSound({ lost, deadLetters, drainSeconds }: Outcome): boolean {
  return lost === 0 && deadLetters === 0 && drainSeconds !== undefined;
}
