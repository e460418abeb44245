/** Measures implementations in turns, so that a slow phase of the machine affects all of them. */
import { ImplementationHandle } from './implementation-handle';
import type { ImplementationName } from './implementation-process';
import type { ImplementationSettings } from './implementation';
import type { Round } from './measured';
import { quantile, type Spread, spreadOf } from './statistics';

export interface Variant {
  /** Second column of the report. */
  readonly label: string;
  readonly implementation: ImplementationName;
  /** Whether users can rely on as much as with this project, apart from `without`: selects the table of the report. */
  readonly promises: 'same' | 'fewer';
  /** What it does not do, for the last column. */
  readonly without: string;
  readonly settings?: Partial<Omit<ImplementationSettings, 'redis' | 'secretsUrl'>>;
}

export interface Comparison {
  /** First column of the report. */
  readonly job: string;
  readonly variants: readonly Variant[];
  /** Messages of one round. */
  readonly messages: number;
  /** Messages of a batch; a consumer's batch is one message. */
  readonly batchSize: number;
  readonly rounds: number;
  /** Rounds before them, in which V8 still compiles and optimizes the code that runs often. */
  readonly warmUps: number;
}

export interface Result extends Pick<Variant, 'label' | 'promises' | 'without'> {
  readonly job: string;
  readonly messagesPerSecond: Spread;
  /** Milliseconds. */
  readonly batch: {
    /** Medians of the rounds. */
    readonly clientCpuMs: number;
    readonly serverCpuMs: number;
    /** Time of all batches; absent if batches are not timed. */
    readonly wallMs?: { readonly p50: number; readonly p99: number };
  };
}

export interface ComparisonResult {
  readonly results: readonly Result[];
  /** Median over the rounds: throughput of one variant divided by that of the other in the same round. */
  ratio(label: string, other: string): number;
}

/** Runs the warm-up rounds, then the measured ones, one variant at a time. */
export async function runComparison(
  comparison: Comparison,
  common: ImplementationSettings,
  /** Before the first measured round, with 0 or less. */
  onRound: (done: number) => void,
): Promise<ComparisonResult> {
  const variants: { variant: Variant; handle: ImplementationHandle; rounds: Round[] }[] = [];
  try {
    for (const variant of comparison.variants) {
      const handle = await ImplementationHandle.open(variant.implementation, { ...common, ...variant.settings });
      variants.push({ variant, handle, rounds: [] });
    }
    const { warmUps, rounds: measuredRounds } = comparison;
    for (let round = 1 - warmUps; round <= measuredRounds; round++) {
      // Each variant goes first in turn, so that the order does not matter.
      const first = (round + warmUps) % variants.length;
      const order = [...variants.slice(first), ...variants.slice(0, first)];
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
    variants.map(({ variant, rounds }) => [variant.label, rounds.map(({ ms }) => (comparison.messages / ms) * 1000)]),
  );
  const speedsOf = (label: string): readonly number[] => {
    const found = speeds.get(label);
    if (found === undefined) throw new Error(`unknown label "${label}" in "${comparison.job}"`);
    return found;
  };
  return {
    results: variants.map(({ variant: { label, promises, without }, rounds }) => {
      const ofBatch = (key: 'clientCpuMs' | 'serverCpuMs'): number =>
        (quantile(
          rounds.map((round) => round[key]),
          0.5,
        ) *
          comparison.batchSize) /
        comparison.messages;
      const times = rounds.flatMap(({ batchesMs }) => batchesMs);
      return {
        job: comparison.job,
        label,
        promises,
        without,
        messagesPerSecond: spreadOf(speedsOf(label)),
        batch: {
          clientCpuMs: ofBatch('clientCpuMs'),
          serverCpuMs: ofBatch('serverCpuMs'),
          ...(times.length === 0 ? {} : { wallMs: { p50: quantile(times, 0.5), p99: quantile(times, 0.99) } }),
        },
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
