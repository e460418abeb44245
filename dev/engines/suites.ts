/** What runs on every engine, and what comes of it. */

/** As in tools/on-engine.sh. */
export const engines = ['redis-7.0', 'redis-8', 'valkey-8'] as const;
export type Engine = (typeof engines)[number];

/** The engine that the stack creates. */
export const defaultEngine: Engine = 'valkey-8';

/** Faults of the server itself: failover, READONLY, noeviction, MISCONF, LOADING, flushed scripts, tokens. */
export const serverFaults = [1, 2, 8, 9, 10, 11, 12];

/** By their names, the parameters of jest or of dev/faults/main.ts. */
export const suites = {
  queue: ['test/queue'],
  publisher: ['test/publisher'],
  conformance: ['test/conformance'],
  faults: ['--only', serverFaults.join(','), '--seed', '1', '--json'],
} as const;
export type Suite = keyof typeof suites;
export const suiteNames = Object.keys(suites) as Suite[];

/** Tests or faults of a suite. */
export interface Outcome {
  readonly passed: number;
  /** Their names. */
  readonly failed: readonly string[];
}

/** The server's name and version, such as `Valkey 8.0.1`, or the reason why it is not available. */
export type Availability = { readonly version: string } | { readonly reason: string };

/** What a suite found on an engine. */
export type EngineResult = {
  readonly engine: Engine;
  readonly suite: Suite;
  /** ISO day of the run. */
  readonly date: string;
} & (({ readonly version: string } & Outcome) | { readonly reason: string });

/** Whether every test ran and passed. */
export function isGood(result: EngineResult): boolean {
  return 'version' in result && result.passed > 0 && result.failed.length === 0;
}
