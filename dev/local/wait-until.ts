import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 10;

/** The condition did not hold in time. */
export class WaitTimeoutError extends Error {
  constructor(what: string, limitSeconds: number) {
    super(`${what}: not within ${limitSeconds} s`);
    this.name = 'WaitTimeoutError';
  }
}

/**
 * Polls a condition of another process, which cannot notify this one.
 * @param what names the condition in the error; a function where it changes
 * @throws WaitTimeoutError after `limitSeconds`; any error of `holds`
 */
export async function waitUntil(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  limitSeconds = 60,
): Promise<void> {
  const endMs = performance.now() + limitSeconds * 1000;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new WaitTimeoutError(typeof what === 'string' ? what : what(), limitSeconds);
    await sleep(pollMs);
  }
}
