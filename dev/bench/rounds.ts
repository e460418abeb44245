/** Contenders side by side: in turns, so that what slows the machine down slows all of them down. */
import { ContenderHandle, type Round } from './contender-handle';
import type { ContenderName } from './contender-process';
import type { ContenderSettings } from './contender';
import { quantile, type Spread, spreadOf } from './statistics';

export interface Contest {
  /** What is contested, as it stands in the table. */
  readonly job: string;
  readonly entrants: readonly {
    /** As it stands in the table. */
    readonly label: string;
    readonly contender: ContenderName;
    readonly settings?: Partial<Omit<ContenderSettings, 'redis' | 'secretsUrl'>>;
  }[];
  /** Of one round. */
  readonly messages: number;
  readonly rounds: number;
}

export interface Result {
  readonly job: string;
  readonly label: string;
  readonly messagesPerSecond: Spread;
  /** Milliseconds that one batch took: median and 99th percentile; missing where single batches are not timed. */
  readonly batchMs?: { readonly p50: number; readonly p99: number };
}

export interface ContestOutcome {
  readonly results: readonly Result[];
  /** Median over the rounds of one entrant's throughput divided by the other's in the same round. */
  ratio(label: string, other: string): number;
}

/** Runs a warm-up round, then the rounds; nothing else runs meanwhile. */
export async function hold(
  contest: Contest,
  common: ContenderSettings,
  onRound: (done: number) => void,
): Promise<ContestOutcome> {
  const entrants: { label: string; handle: ContenderHandle; rounds: Round[] }[] = [];
  try {
    for (const { label, contender, settings } of contest.entrants) {
      const handle = await ContenderHandle.open(contender, { ...common, ...settings });
      entrants.push({ label, handle, rounds: [] });
    }
    for (let round = 0; round <= contest.rounds; round++) {
      // Everybody is first once: who comes after whom must not matter.
      const order = [...entrants.slice(round % entrants.length), ...entrants.slice(0, round % entrants.length)];
      for (const { handle, rounds } of order) {
        await handle.prepare(contest.messages);
        const done = await handle.run();
        if (round > 0) rounds.push(done);
      }
      onRound(round);
    }
  } finally {
    await Promise.all(entrants.map(({ handle }) => handle.close()));
  }

  const speeds = new Map(
    entrants.map(({ label, rounds }) => [label, rounds.map(({ ms }) => (contest.messages / ms) * 1000)]),
  );
  const speedsOf = (label: string): readonly number[] => {
    const found = speeds.get(label);
    if (found === undefined) throw new Error(`nobody is called ${label} in ${contest.job}`);
    return found;
  };
  return {
    results: entrants.map(({ label, rounds }) => {
      const parts = rounds.flatMap(({ partsMs }) => partsMs);
      return {
        job: contest.job,
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
