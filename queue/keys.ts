import { rootQueue } from '../contract/patterns';

/** The keys of one queue. Every subscription has a set of its own; the suffixes are reserved names. */
export interface QueueKeys {
  /** List: pushed at the left, claimed from the right. */
  readonly main: string;
  /** List: claimed, not yet acknowledged. */
  readonly processing: string;
  /** List: dead letters, newest at the left. */
  readonly deadLetters: string;
  /** List: dead letters that an operator's pass has examined and keeps; older than all of `deadLetters`. */
  readonly examined: string;
  /** Hash with a TTL: the operator's pass that last had a turn. */
  readonly operator: string;
  /** Sorted set: retries in backoff, scored by due time (ms since 1970). */
  readonly delayed: string;
  /** Sorted set: claims, scored by the end of their lease (ms since 1970). */
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
    examined: `${queue}:dlq:examined`,
    operator: `${queue}:dlq:operator`,
    delayed: `${queue}:delayed`,
    leases: `${queue}:processing:leases`,
    holders: `${queue}:processing:holders`,
  };
}

/** List: smoke events; expires after 10 minutes. */
export const smokeKey = `${rootQueue}:smoke`;

/** String with a TTL: the write probe's key. */
export const probeKey = `${rootQueue}:probe`;

/**
 * String with a TTL: marks a record as published. Ids are unique within a scope; no id contains `/`.
 * @param scope name of the archive replay, `sqs` for refused events, `smoke`; none for events as they come.
 */
export function seenKey(id: string, scope?: string): string {
  return `${rootQueue}:seen:${scope === undefined ? '' : `${scope}/`}${id}`;
}
