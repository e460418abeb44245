/** The definition of a fault. */
import type { AlarmCondition } from './alarm-condition';
import type { LoadSettings } from './load';
import type { Random } from './random';
import type { RedisKind } from './redis-under-test';
import type { PipelineUnderTest } from './pipeline-under-test';

/** The environment of a running fault. */
export interface Scene {
  readonly pipeline: PipelineUnderTest;
  readonly random: Random;
  /** Whether faults that last for minutes are shortened. */
  readonly quick: boolean;
  /** Waits until the metrics meet the alarm condition, so that a fault lasts no longer than necessary. */
  readonly alarmed: (condition: AlarmCondition) => Promise<void>;
  /** Waits until consumers have handled this many more events, of all subscriptions together. */
  readonly handled: (more: number) => Promise<void>;
  /** Waits until consumers have handled everything that was accepted so far. */
  readonly handledAll: () => Promise<void>;
  /** Waits until the bus has accepted this many more events. */
  readonly accepted: (more: number) => Promise<void>;
  /** Marks the end of the fault before all repairs are done. @default the end of `repair` */
  readonly over: () => void;
  /** Counts messages that did not pass the bus. @param model of all of them @default 'usual' */
  readonly addAccepted: (ids: readonly string[], model?: string) => void;
}

export interface Fault {
  /** As in the list of faults. */
  readonly number: number;
  readonly name: string;
  /** The Redis that it needs. @default 'pair' */
  readonly redis?: RedisKind;
  /** The metrics must meet all of these conditions. */
  readonly alarms: readonly AlarmCondition[];
  readonly load?: LoadSettings;
  /** Models whose events must be dead-lettered. @default none */
  readonly deadLetters?: readonly string[];
  /** Maximum number of duplicates for each hundred events. @default no limit */
  readonly mostDuplicatesPercent?: number;
  /** Acknowledgements can be lost, so that the same attempt of a message is delivered again. @default false */
  readonly losesAcknowledgements?: boolean;
  /** The fault ends invocations of the publisher; otherwise each one must return in time. @default false */
  readonly endsInvocations?: boolean;
  /** Time limit for all events to arrive after the end of the fault, seconds. @default 60 */
  readonly limitSeconds?: number;
  /** Causes the fault under load. The fault lasts until `repair`. */
  readonly break: (scene: Scene) => Promise<void>;
  /** Ends the fault and repairs its effects. */
  readonly repair?: (scene: Scene) => Promise<void>;
  /** Restores the initial state of the pipeline after the accounting. */
  readonly tidy?: (scene: Scene) => Promise<void>;
}
