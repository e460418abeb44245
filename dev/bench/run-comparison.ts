/** Measures implementations in turns, so that a slow phase of the machine affects all of them. */
import { ImplementationHandle, type Round } from './implementation-handle';
import type { ImplementationName } from './implementation-process';
import type { ImplementationSettings } from './implementation';
import { quantile, type Spread, spreadOf } from './statistics';

export interface Comparison {
  /** First column of the report. */
  readonly job: string;
  readonly variants: readonly {
    /** Second column of the report. */
    readonly label: string;
    readonly implementation: ImplementationName;
    readonly settings?: Partial<Omit<ImplementationSettings, 'redis' | 'secretsUrl'>>;
  }[];
  /** Messages of one round. */
  readonly messages: number;
  readonly rounds: number;
}

export interface Result {
  readonly job: string;
  readonly label: string;
  readonly messagesPerSecond: Spread;
  /** Milliseconds of one batch: median and 99th percentile; absent if batches are not timed. */
  readonly batchMs?: { readonly p50: number; readonly p99: number };
}

export interface ComparisonResult {
  readonly results: readonly Result[];
  /** Median over the rounds: throughput of one variant divided by that of the other in the same round. */
  ratio(label: string, other: string): number;
}

/** Runs a warm-up round, then the measured rounds, one variant at a time. */
export async function runComparison(
  comparison: Comparison,
  common: ImplementationSettings,
  onRound: (done: number) => void,
): Promise<ComparisonResult> {
  const variants: { label: string; handle: ImplementationHandle; rounds: Round[] }[] = [];
  try {
    for (const { label, implementation, settings } of comparison.variants) {
      const handle = await ImplementationHandle.open(implementation, { ...common, ...settings });
      variants.push({ label, handle, rounds: [] });
    }
    for (let round = 0; round <= comparison.rounds; round++) {
      // Each variant goes first in turn, so that the order does not matter.
      const order = [...variants.slice(round % variants.length), ...variants.slice(0, round % variants.length)];
      for (const { handle, rounds } of order) {
        await handle.prepare(comparison.messages);
        const done = await handle.run();
        if (round > 0) rounds.push(done);
      }
      onRound(round);
    }
  } finally {
    await Promise.all(variants.map(({ handle }) => handle.close()));
  }

  const speeds = new Map(
    variants.map(({ label, rounds }) => [label, rounds.map(({ ms }) => (comparison.messages / ms) * 1000)]),
  );
  const speedsOf = (label: string): readonly number[] => {
    const found = speeds.get(label);
    if (found === undefined) throw new Error(`unknown label "${label}" in "${comparison.job}"`);
    return found;
  };
  return {
    results: variants.map(({ label, rounds }) => {
      const parts = rounds.flatMap(({ partsMs }) => partsMs);
      return {
        job: comparison.job,
        label,
        messagesPerSecond: spreadOf(speedsOf(label)),
        ...(parts.length === 0 ? {} : { batchMs: { p50: quantile(parts, 0.5), p99: quantile(parts, 0.99) } }),
      };
    }),
    ratio: (label, other) => {
      const others = speedsOf(other);
      return quantile(
        speedsOf(label).map((speed, round) => speed / (others[round] ?? NaN)),
        0.5,
      );
    },
  };
}
