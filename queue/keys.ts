import { rootQueue } from '../contract/patterns';

/** The keys of one queue. Every subscription has a set of its own; the suffixes are reserved names. */
export interface QueueKeys {
  /** List: LPUSH in, taken from the right. */
  readonly main: string;
  /** List: claimed, not yet acknowledged. */
  readonly processing: string;
  /** List: dead letters, newest at the left. */
  readonly deadLetters: string;
  /** Sorted set: retries that wait for their backoff, scored by when they are due (ms since 1970). */
  readonly delayed: string;
  /** Sorted set: when each claim runs out (ms since 1970). */
  readonly leases: string;
  /** Hash: text to its holder's record. */
  readonly holders: string;
}

/** @param queue the main queue's key, as in `model_events` or `model_events:site`. */
export function keysOf(queue: string): QueueKeys {
  return {
    main: queue,
    processing: `${queue}:processing`,
    deadLetters: `${queue}:dlq`,
    delayed: `${queue}:delayed`,
    leases: `${queue}:processing:leases`,
    holders: `${queue}:processing:holders`,
  };
}

/** List: where smoke tests end; lives 10 minutes. */
export const smokeKey = `${rootQueue}:smoke`;

/** String with a TTL: what a write probe writes. */
export const probeKey = `${rootQueue}:probe`;

/**
 * String with a TTL: that a record has been published. Scopes keep apart what may repeat an id: a `/` is in no id.
 * @param scope name of the archive replay, `sqs` for refused events, `smoke`; none for events as they come.
 */
export function seenKey(id: string, scope?: string): string {
  return `${rootQueue}:seen:${scope === undefined ? '' : `${scope}/`}${id}`;
}
