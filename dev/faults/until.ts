/** Waiting for what must become true in processes that do not tell. */
import { setTimeout as sleep } from 'node:timers/promises';

const lookEveryMs = 25;

/** It did not become true in time. */
export class NotInTimeError extends Error {
  constructor(what: string, limitSeconds: number) {
    super(`${what}: not within ${limitSeconds} s`);
    this.name = 'NotInTimeError';
  }
}

/**
 * Looks again and again until the condition holds.
 * @param what is waited for, for the error; a function where it changes.
 * @throws NotInTimeError after `limitSeconds`; whatever `holds` throws.
 */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  limitSeconds = 30,
): Promise<void> {
  const endMs = performance.now() + limitSeconds * 1000;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new NotInTimeError(typeof what === 'string' ? what : what(), limitSeconds);
    await sleep(lookEveryMs);
  }
}
