/** What a fault is, as data. */
import type { AlarmCondition } from './alarm-condition';
import type { LoadSettings } from './load';
import type { Random } from './random';
import type { PipelineUnderTest } from './pipeline-under-test';

/** What a fault works with. */
export interface Scene {
  readonly pipeline: PipelineUnderTest;
  readonly random: Random;
  /** Waits until an alarm would see it, so that a fault lasts as long as it has to and no longer. */
  readonly alarmed: (condition: AlarmCondition) => Promise<void>;
  /** Waits until consumers have handled so many more events, of all subscriptions together. */
  readonly handled: (more: number) => Promise<void>;
  /** Waits until consumers have handled everything that was accepted so far. */
  readonly handledAll: () => Promise<void>;
  /** Waits until the bus has taken so many more. */
  readonly accepted: (more: number) => Promise<void>;
  /** The fault is over, although repairs remain; otherwise it is over when `mend` ends. */
  readonly over: () => void;
  /** Counts messages that came without the bus. */
  readonly addAccepted: (ids: readonly string[]) => void;
}

export interface Fault {
  /** As in the list of faults. */
  readonly number: number;
  readonly name: string;
  /** What an alarm has to see; every one of them. */
  readonly alarms: readonly AlarmCondition[];
  readonly load?: LoadSettings;
  /** Events that have to end as dead letters, by their model. @default none */
  readonly deadLetters?: readonly string[];
  /** Duplicates for each hundred events, at most; where what is protected against is duplicates. @default any number */
  readonly mostDuplicatesPercent?: number;
  /**
   * What consumers have done can be undone, so that the same try of a message comes again; else only who lost its lease or
   * failed makes it come again, and that is another try. @default false
   */
  readonly undoesWork?: boolean;
  /** The fault itself ends invocations of the publisher; else each one has to answer in time. @default false */
  readonly endsInvocations?: boolean;
  /** How long everything may take to arrive after the end of the fault, seconds. @default 60 */
  readonly limitSeconds?: number;
  /** Breaks it; the load goes on meanwhile. What is broken when it returns is broken until `mend`. */
  readonly break: (scene: Scene) => Promise<void>;
  /** Ends the fault and repairs its effects. */
  readonly mend?: (scene: Scene) => Promise<void>;
  /** After the account: the pipeline is as before the fault. */
  readonly tidy?: (scene: Scene) => Promise<void>;
}
