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

/** How long the work takes, milliseconds: the median of so many times; a tenth as many come before, to warm up. */
export async function medianMs(times: number, work: () => Promise<unknown>): Promise<number> {
  const warmUps = Math.ceil(times / 10);
  const taken: number[] = [];
  for (let round = 0; round < warmUps + times; round++) {
    const startedMs = performance.now();
    await work();
    if (round >= warmUps) taken.push(performance.now() - startedMs);
  }
  return quantile(taken, 0.5);
}
