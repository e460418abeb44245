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
  /** Hash: version of the key format, the pause, when a consumer was last seen, the number of claims, and counts for the next sweep. */
  readonly state: string;
  /** Hash: digest of a claimed text to the records of its holders. */
  readonly claims: string;
  /** Sorted set: claim ids, scored by the end of their lease (ms since 1970). */
  readonly leases: string;
  /** Set: digests of waiting messages that are processed alone. */
  readonly isolated: string;
  /** Sorted set: nonces of claim calls that their client has given up, scored by that time (ms since 1970). */
  readonly revoked: string;
  /** Sorted set: idle consumers that wait on the main list, scored by the time until which that counts (ms since 1970). */
  readonly idle: string;
  /** List: an entry wakes one of the other idle consumers. */
  readonly wake: string;
  /** List with a TTL: what the monitor measured in each minute of the last hour, the newest at the left. */
  readonly samples: string;
  /** Sorted set and hash of key format 1, whose claims are identified by their text. */
  readonly formerLeases: string;
  readonly formerHolders: string;
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
    state: `${queue}:state`,
    claims: `${queue}:claims`,
    leases: `${queue}:leases`,
    isolated: `${queue}:isolated`,
    revoked: `${queue}:revoked`,
    idle: `${queue}:idle`,
    wake: `${queue}:wake`,
    samples: `${queue}:samples`,
    formerLeases: `${queue}:processing:leases`,
    formerHolders: `${queue}:processing:holders`,
  };
}

/** The keys beside those of the queues. In cluster mode each slot has its own; without it, all queues share them. */
export interface SlotKeys {
  /** List: refused events, in the slot of the default queue. */
  readonly deadLetters: string;
  /** Set: the queues that the pipeline has had, in the slot of the default queue. */
  readonly queues: string;
  /** List: smoke events, in the slot of the default queue; expires after 10 minutes. */
  readonly smoke: string;
  /** String with a TTL: the write probe's key. */
  readonly probe: string;
  /** String with a TTL: signs the console's plans, in the slot of the default queue. */
  readonly console: string;
  /**
   * String with a TTL: marks a record as published. Ids are unique within a scope; no id contains `/`.
   * @param scope name of the archive replay, `sqs` for refused events, `smoke`; none for events as they come.
   */
  readonly seen: (id: string, scope?: string) => string;
}

/** @param slot as `slotOf` returns it. */
export function keysOfSlot(slot: string): SlotKeys {
  return {
    deadLetters: `${slot}:dlq`,
    queues: `${slot}:queues`,
    smoke: `${slot}:smoke`,
    probe: `${slot}:probe`,
    console: `${slot}:console-key`,
    seen: (id, scope) => `${slot}:seen:${scope === undefined ? '' : `${scope}/`}${id}`,
  };
}
