/** What the monitor records of a queue every minute. */
export interface QueueSample {
  /** ISO 8601. */
  readonly at: string;
  readonly waiting: number;
  readonly processing: number;
  readonly delayed: number;
  readonly dead_letters: number;
  /** Claims since the queue exists, except those of plain consumers. */
  readonly claims: number;
}

/** Messages per minute. */
export interface Rates {
  /** That became ready for consumers: new, retried and redriven ones. */
  readonly incoming: number;
  /** That consumers claimed. */
  readonly claimed: number;
}

/** Rates over the last minutes of the samples; undefined for fewer than two samples. */
export function ratesOf(samples: readonly QueueSample[], minutes: number): Rates | undefined {
  const last = samples.at(-1);
  if (last === undefined) return undefined;
  // The monitor does not run at the same second of each minute.
  const startMs = Date.parse(last.at) - (minutes + 0.5) * 60_000;
  const first = samples.find(({ at }) => Date.parse(at) >= startMs);
  const elapsed = (Date.parse(last.at) - Date.parse(first?.at ?? last.at)) / 60_000;
  if (first === undefined || elapsed <= 0) return undefined;
  // The count starts again if the queue's state was deleted.
  const claimed = last.claims < first.claims ? last.claims : last.claims - first.claims;
  const incoming = Math.max(0, last.waiting - first.waiting + claimed);
  return { incoming: incoming / elapsed, claimed: claimed / elapsed };
}
