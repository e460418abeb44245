import { setTimeout as pause } from 'node:timers/promises';
import type { Deadline } from './deadline';

const firstPauseMs = 200;
const growth = 1.5;
const longestPauseMs = 10_000;

/**
 * Polls at growing intervals until no condition is missing.
 * @param missing describes the condition that is not met yet; undefined once all are met. An error that it throws ends the wait.
 * @param doing names the work in the error.
 * @throws Error with the last missing condition, early enough to report it
 */
export async function waitUntil(
  deadline: Deadline,
  doing: string,
  missing: () => Promise<string | undefined>,
): Promise<void> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * growth)) {
    const condition = await missing();
    if (condition === undefined) return;
    if (deadline.remainingMs() <= pauseMs) {
      throw new Error(`${doing}: not done within the function's time; at the end ${condition}`);
    }
    await pause(pauseMs);
  }
}
