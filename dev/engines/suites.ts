/** What runs on every engine, and what comes of it. */
import { faults } from '../faults/catalogue';

/** As in tools/on-engine.sh. */
export const engines = ['redis-7.0', 'redis-8', 'valkey-8'] as const;
export type Engine = (typeof engines)[number];

/** The engine that the stack creates. */
export const defaultEngine: Engine = 'valkey-8';

/** Numbers of faults, by suite. */
export const faultSuites = {
  /** Of the server itself: failover, READONLY, noeviction, MISCONF, LOADING, flushed scripts, tokens. */
  faults: [1, 2, 8, 9, 10, 11, 12],
  'cluster-faults': faults.filter(({ redis }) => redis === 'cluster').map(({ number }) => number),
} as const satisfies Readonly<Record<string, readonly number[]>>;

/** Parameters of jest, by suite. */
export const testSuites = {
  queue: ['test/queue'],
  publisher: ['test/publisher'],
  conformance: ['test/conformance', '--testPathIgnorePatterns=test/conformance/cluster'],
  cluster: ['test/cluster', 'test/conformance/cluster'],
} as const;

export type Suite = keyof typeof testSuites | keyof typeof faultSuites;
export const suiteNames = Object.keys({ ...testSuites, ...faultSuites }) as Suite[];

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
