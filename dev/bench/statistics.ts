/** The middle of a sample and how far it spreads. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const [below = NaN, above = below] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), least: Math.min(...values), most: Math.max(...values) };
}

/** How long each work takes, milliseconds: the medians of so many times, in turns; a tenth as many come before, to warm up. */
export async function mediansMs(times: number, works: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const warmUps = Math.ceil(times / 10);
  const taken: number[][] = works.map(() => []);
  for (let round = 0; round < warmUps + times; round++) {
    for (const [index, work] of works.entries()) {
      const startedMs = performance.now();
      await work();
      if (round >= warmUps) taken[index]?.push(performance.now() - startedMs);
    }
  }
  return taken.map((values) => quantile(values, 0.5));
}

/** The same for one work. */
export async function medianMs(times: number, work: () => Promise<unknown>): Promise<number> {
  const [median = NaN] = await mediansMs(times, [work]);
  return median;
}
