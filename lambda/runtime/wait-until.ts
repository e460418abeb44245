import { setTimeout as pause } from 'node:timers/promises';
import type { Deadline } from './deadline';

const firstPauseMs = 200;
const growth = 1.5;
const longestPauseMs = 10_000;

/**
 * Asks again and again, at growing intervals, until nothing is missing.
 * @param missing what is not yet as it must be, in words; nothing when all is. What it throws ends the waiting.
 * @param doing names the work in the error.
 * @throws Error with the last thing that was missing, while there is still time to report it.
 */
export async function waitUntil(
  deadline: Deadline,
  doing: string,
  missing: () => Promise<string | undefined>,
): Promise<void> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * growth)) {
    const lack = await missing();
    if (lack === undefined) return;
    if (deadline.remainingMs() <= pauseMs) {
      throw new Error(`${doing}: not done within the function's time; at the end ${lack}`);
    }
    await pause(pauseMs);
  }
}
