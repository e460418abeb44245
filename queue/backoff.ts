/** Exponential backoff with full jitter: retries of many clients spread out instead of coming in waves. */
interface Backoff {
  /** Upper bound of the first pause, ms. */
  readonly firstMs: number;
  /** Upper bound of any pause, ms. */
  readonly longestMs: number;
}

/**
 * @param attempt 0 for the pause before the first retry.
 * @returns ms to wait, from 0 to the bound of that attempt.
 */
export function pauseBefore(
  attempt: number,
  { firstMs, longestMs }: Backoff,
  random: () => number = Math.random,
): number {
  return Math.round(random() * Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30)));
}
