import type { Client } from './clients';
import type { ConformanceRun } from './conformance-run';

/** Runs a scenario with one client alone on the queue; rejects if the promise is broken. */
export type Check = (run: ConformanceRun, client: Client) => Promise<void>;

/** A kind of client in a scenario: it keeps the promise, or does something else without losing a message. */
export type Cell =
  | { readonly kept: Check }
  | {
      /** What happens, for the table. */
      readonly instead: string;
      /** Asserts that it happens and that no message is lost. */
      readonly harmless: Check;
    };

/** One row of the table, and the tests behind its cells. */
export interface Scenario {
  /** The promise, as a sentence. */
  readonly title: string;
  readonly library: Cell;
  readonly plain: Cell;
}

/** A promise that all clients together keep, on one queue. */
export interface MixedScenario {
  readonly title: string;
  readonly kept: (run: ConformanceRun) => Promise<void>;
}
