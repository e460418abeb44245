/** Thresholds of a queue, for its health checks and its alarms: the same names in both. */
export interface HealthThresholds {
  /** Waiting messages. */
  readonly queueDepth: number;
  /** Age of the oldest waiting message, seconds. */
  readonly oldestMessageSeconds: number;
  /** Age of the oldest claim, seconds. */
  readonly oldestClaimSeconds: number;
  /** Time since a consumer was last seen, seconds. */
  readonly consumerSeenSeconds: number;
  readonly deadLetters: number;
}

/** The defaults; above a threshold a queue's health check is `warn`. */
export const defaultHealthThresholds = {
  // The pipeline's peak rate per second: more, for minutes, means that a consumer does not keep up.
  queueDepth: 1000,
  // Models reach the services in seconds; five minutes is a visible delay.
  oldestMessageSeconds: 300,
  // Twice the lease of plain consumers: a longer claim is renewed by a handler that does not finish.
  oldestClaimSeconds: 1800,
  // A consumer claims or waits at least once a minute, and a deployment replaces its tasks within minutes.
  consumerSeenSeconds: 600,
  deadLetters: 0,
} as const satisfies HealthThresholds;

const names = Object.keys(defaultHealthThresholds) as (keyof HealthThresholds)[];
const pair = /^([A-Za-z]+)=(\d{1,9})$/;

/**
 * Reads `name=number` pairs, comma separated; each threshold once.
 * @throws TypeError that names the invalid pair or the missing threshold.
 */
export function parseHealthThresholds(text: string): HealthThresholds {
  const found = new Map<string, number>();
  for (const entry of text.split(',')) {
    const [, name = '', value] = pair.exec(entry.trim()) ?? [];
    if (value === undefined || !(names as string[]).includes(name) || found.has(name)) {
      throw new TypeError(
        `thresholds must be ${names.join(', ')}, each once, as in queueDepth=1000, comma separated; got "${entry.slice(0, 80)}"`,
      );
    }
    found.set(name, Number(value));
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0)
    throw new TypeError(`thresholds must have ${missing.join(', ')} too; got "${text.slice(0, 80)}"`);
  return Object.fromEntries(found) as unknown as HealthThresholds;
}

/** The inverse of `parseHealthThresholds`. */
export function formatHealthThresholds(thresholds: HealthThresholds): string {
  return names.map((name) => `${name}=${thresholds[name]}`).join(',');
}
