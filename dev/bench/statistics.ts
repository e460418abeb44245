/** Median and spread of a sample. */
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

/** Median milliseconds of each function, called in turns `times` times after a tenth as many warm-up calls. */
export async function mediansMs(times: number, functions: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const warmUps = Math.ceil(times / 10);
  const taken: number[][] = functions.map(() => []);
  for (let round = 0; round < warmUps + times; round++) {
    for (const [index, call] of functions.entries()) {
      const startedMs = performance.now();
      await call();
      if (round >= warmUps) taken[index]?.push(performance.now() - startedMs);
    }
  }
  return taken.map((values) => quantile(values, 0.5));
}

/** `mediansMs` of one function. */
export async function medianMs(times: number, call: () => Promise<unknown>): Promise<number> {
  const [median = NaN] = await mediansMs(times, [call]);
  return median;
}
