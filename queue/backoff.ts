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

/** A pause within ± 25 %, so that many clients do not come back at once. */
export function withJitter(ms: number, random: () => number = Math.random): number {
  return ms * (0.75 + random() / 2);
}

/**
 * The pause before a message's next attempt: eightfold each time, within ± 25 %, so that with the defaults (10 s, 600 s) three
 * retries follow after about 10 s, 80 s and 10 minutes: they outlive a deployment of the service that the handler calls.
 * @param retries how often the message was retried before.
 * @returns ms
 */
export function retryPause(
  retries: number,
  { firstMs, longestMs }: Backoff,
  random: () => number = Math.random,
): number {
  return Math.round(withJitter(Math.min(longestMs, firstMs * 8 ** Math.min(retries, 10)), random));
}
