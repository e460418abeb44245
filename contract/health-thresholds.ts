/** From where on a queue is considered failing: one set of numbers for health checks and alarms. */
export interface HealthThresholds {
  /** Waiting messages. */
  readonly queueDepth: number;
  /** Age of the oldest waiting message, seconds. */
  readonly oldestMessageSeconds: number;
  /** Age of the oldest claim, seconds. */
  readonly oldestClaimSeconds: number;
  readonly deadLetters: number;
}

/** What holds where nobody says otherwise; above these a queue's health check says `warn`. */
export const defaultHealthThresholds = {
  // The pipeline's peak of a second: more, for minutes, is a consumer that does not keep up.
  queueDepth: 1000,
  // Models reach the services in seconds; after five minutes somebody asks where theirs is.
  oldestMessageSeconds: 300,
  // Twice the lease of plain consumers: whoever holds a message longer renews its lease and does not end.
  oldestClaimSeconds: 1800,
  deadLetters: 0,
} as const satisfies HealthThresholds;

const names = Object.keys(defaultHealthThresholds) as (keyof HealthThresholds)[];
const pair = /^([A-Za-z]+)=(\d{1,9})$/;

/**
 * Reads `name=number` pairs, comma separated; each threshold once.
 * @throws TypeError naming the pair that is wrong, or the threshold that is missing.
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
