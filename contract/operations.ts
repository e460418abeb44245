import type { HealthCheck, HealthStatus } from './health-check';
import type { MessageStatus } from './message-status';
import { messageIdPattern, messageIdRule, queueNamePattern, textIdPattern } from './patterns';
import type { QueueSample } from './queue-samples';
import * as rules from './rules';

/**
 * Requests to the operations function, and its answers. Each request processes one page; a caller with more to do sends the
 * next request with what the last answer returned, and can report its progress.
 */

/** Name of an environment's operations function. The right to invoke it is the right to operate that environment's queues. */
export const operationsFunctionName = (environment: string): string => `hokusai-${environment}-model-events-operations`;

/** The alias of publisher, monitor and operations: the version that takes registrations, runs every minute and answers callers. */
export const liveAlias = 'live';

/** The most entries that one request lists: a page's answer stays far below Lambda's 6 MB. */
export const operationsPage = 100;

/** The most dead letters that one request groups by error: about a tenth of a second. */
export const groupedPerRequest = 2000;

/** The most dead letters that one request to redrive or discard examines. */
export const settledPerRequest = 1000;

const ids: rules.Rule<readonly string[], true> = {
  required: true,
  schema: {
    type: 'array',
    items: { type: 'string', pattern: textIdPattern.source },
    minItems: 1,
    maxItems: operationsPage,
  },
  check: (value, field, found) => {
    const good =
      Array.isArray(value) &&
      value.length >= 1 &&
      value.length <= operationsPage &&
      value.every((id) => typeof id === 'string' && textIdPattern.test(id));
    if (!good)
      found.push({ field, rule: `1 to ${operationsPage} ids of 16 hex digits each`, value: rules.formatted(value) });
  },
};

const time = rules.matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'a time, ISO 8601 in UTC with milliseconds');

/** A filter for dead letters: they match every field that is set; an empty filter matches all. */
const selectionRules = {
  ids: rules.optional(ids),
  /** `error.code` as a whole, or a part of `error.message`. */
  error: rules.optional(rules.text(1, 200)),
  /** `model_id` as a whole. */
  model: rules.optional(rules.text(1, 256)),
  /** The earliest `failed_at`. */
  since: rules.optional(time),
  /** The latest `failed_at`; an entry without one always matches. */
  until: rules.optional(time),
} as const;
export type Selection = rules.Keeping<typeof selectionRules>;

const queue = rules.matching(
  queueNamePattern,
  'a queue, as in model_events, model_events:<name> or {model_events}:<name>',
);
/** Name that the caller gives; CloudTrail records the identity. */
const caller = rules.optional(rules.text(1, 256));
const messageId = rules.matching(messageIdPattern, messageIdRule);
const select = rules.object(selectionRules);
const page = { caller, queue, offset: rules.count };
const passId = rules.matching(/^[A-Za-z0-9-]{8,64}$/, '8 to 64 of A-Z, a-z, 0-9 and -');
/**
 * `pass`: identifies the requests of one operator's pass; without it, the request is a pass of its own. `kept`: entries at the
 * old end that earlier requests left; `examine`: the most entries that this request examines.
 */
const walk = { caller, queue, select, pass: rules.optional(passId), kept: rules.count, examine: rules.count };

const operationRules = {
  depths: { caller },
  samples: { caller, queue },
  'dead-letters': { ...page, select },
  'dead-letter-groups': { ...page, select },
  'dead-letter': { caller, queue, id: rules.matching(textIdPattern, 'an id of 16 hex digits') },
  redrive: walk,
  discard: walk,
  'end-pass': { caller, queue, pass: passId },
  claims: page,
  release: { caller, queue, ids },
  waiting: page,
  delayed: page,
  pause: { caller, queue, reason: rules.optional(rules.text(1, 200)) },
  resume: { caller, queue },
  health: { caller },
  'message-status': { caller, message_id: messageId },
  'message-text': { caller, queue, message_id: messageId },
  smoke: { caller, message_id: messageId },
  'wait-support': { caller },
} as const satisfies Readonly<Record<string, rules.Rules>>;

type OperationRules = typeof operationRules;
export type Action = keyof OperationRules;
/** A request. Offsets count from the newest entry. */
export type Operation<A extends Action = Action> = {
  [Name in A]: { readonly action: Name } & rules.Keeping<OperationRules[Name]>;
}[A];

export interface QueueDepths {
  readonly service: string;
  readonly queue: string;
  readonly depth: number;
  readonly processing: number;
  readonly delayed: number;
  readonly dead_letters: number;
  /** Seconds; 0 where nothing waits. */
  readonly oldest_message_seconds: number;
  /** Seconds; 0 where nothing is claimed. */
  readonly oldest_claim_seconds: number;
  /** Seconds since a consumer last claimed or waited; `null` where none of the package has, as with plain consumers. */
  readonly consumer_seen_seconds: number | null;
  /** Since when and why an operator has paused it; `null` if it is not paused. */
  readonly paused: string | null;
}

/** A queue that cannot be read: one of its keys holds another type of value. */
export interface UnreadableQueue {
  readonly service: string;
  readonly queue: string;
  /** What is wrong, with the key, and what to do. */
  readonly error: string;
}

/** Texts in a summary are unescaped, as in Redis: callers escape them before they print them. */
export interface MessageSummary {
  readonly queue: string;
  readonly id: string;
  readonly message_id: string | null;
  readonly model_id: string | null;
}

/** A message that is in a queue. `null` where the text is not a message, or has no such field. */
export interface QueuedSummary extends MessageSummary {
  readonly correlation_id: string | null;
  /** The event's time. */
  readonly timestamp: string | null;
  readonly retry_count: number | null;
  /** The beginning of the payload as JSON, for display. */
  readonly payload: string;
}

export interface DelayedSummary extends QueuedSummary {
  /** When its next attempt is due; ISO 8601. */
  readonly due_at: string;
}

export interface DeadLetterSummary extends MessageSummary {
  /** `null` where the entry is not a valid dead letter; `error_message` then contains the reason. */
  readonly error_code: string | null;
  readonly error_message: string;
  readonly failed_at: string | null;
  readonly failed_by: string | null;
}

/** Dead letters with the same error. */
export interface DeadLetterGroup extends Pick<DeadLetterSummary, 'error_code' | 'failed_by'> {
  readonly count: number;
}

export interface ClaimSummary extends QueuedSummary {
  /** `plain` for a plain consumer; `null` where the maintenance pass has not seen the claim yet. */
  readonly consumer: string | null;
  readonly claimed_at: string | null;
  readonly lease_ends_at: string | null;
  /** False where it was only prefetched. */
  readonly started: boolean;
}

/** What became of one dead letter, or of one claim. */
export interface Outcome extends MessageSummary {
  readonly result:
    | 'redriven'
    /** The publisher had refused it; it checks it again from the buffer. */
    | 'sent-to-buffer'
    | 'discarded'
    | 'released'
    /** Another client had removed it. */
    | 'not-found'
    /** Not a valid dead letter: it can only be discarded. */
    | 'foreign'
    /** No buffer is available to send it to. */
    | 'needs-buffer'
    /** The maintenance pass has not given this plain claim a lease yet; it does so within a minute. */
    | 'no-lease-yet';
}

/** Each result as text that follows a count. */
export const outcomeMeanings: Readonly<Record<Outcome['result'], string>> = {
  redriven: 'sent back to their queue',
  'sent-to-buffer': 'sent to the buffer: the publisher checks them again, for every service',
  discarded: 'deleted',
  released: 'returned to their queue',
  'not-found': 'not found: already removed',
  foreign: 'left in place: not valid dead letters, can only be discarded',
  'needs-buffer': 'left in place: refused by the publisher, and no buffer is available; correct the event and emit it',
  'no-lease-yet': 'left in place: plain claims without a lease yet; try again in a minute',
};

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** Entries examined; fewer than {@link operationsPage} on the last page. */
  readonly examined: number;
  /** The list's length. */
  readonly total: number;
}

export interface WalkPage {
  readonly outcomes: readonly Outcome[];
  /** Entries examined; fewer than asked for at the newest entry, where another pass has its turn, and after a time limit. */
  readonly examined: number;
  /** For the next request. */
  readonly kept: number;
  /** The list's length after the request. */
  readonly total: number;
  /** False on a pass's first request, and if another pass has worked on the list since the last one: `kept` was out of date. */
  readonly resumed: boolean;
  /** The operator whose pass has its turn: this one has to wait. */
  readonly waitsFor?: WaitsFor;
}

/** Another operator's pass, which redrives or discards dead letters of the same queue. */
export interface WaitsFor {
  /** As that operator's program names it. */
  readonly caller: string;
  /** When its turn ends unless its program continues; ISO 8601. */
  readonly until: string;
}

/** A queue's copy of a message, or the event that the publisher refused. */
export interface MessageCopy {
  readonly place: 'waiting' | 'delayed' | 'claimed' | 'dead-letter';
  readonly text: string;
}

/** Whether WAIT exists, and is permitted to the functions. */
export type WaitSupport = 'supported' | 'unknown' | 'not-permitted';

interface Answers {
  /** Whether the smoke event has reached Redis. */
  readonly smoke: { readonly arrived: boolean };
  /** An unreadable queue does not hide the others. */
  readonly depths: { readonly queues: readonly (QueueDepths | UnreadableQueue)[] };
  /** Of the last hour, the oldest first. */
  readonly samples: { readonly samples: readonly QueueSample[] };
  readonly 'dead-letters': Page<DeadLetterSummary & QueuedSummary>;
  /** Of up to {@link groupedPerRequest} entries; `entries` has the newest of the selected ones, at most {@link operationsPage}. */
  readonly 'dead-letter-groups': Page<DeadLetterSummary> & { readonly groups: readonly DeadLetterGroup[] };
  /** The dead letter's complete text; `null` where no dead letter has this id. */
  readonly 'dead-letter': { readonly text: string | null };
  readonly redrive: WalkPage;
  readonly discard: WalkPage;
  /** Ends a pass, so that the next operator need not wait. */
  readonly 'end-pass': Readonly<Record<string, never>>;
  readonly claims: Page<ClaimSummary>;
  readonly release: { readonly outcomes: readonly Outcome[] };
  readonly waiting: Page<QueuedSummary>;
  /** The next one due first. */
  readonly delayed: Page<DelayedSummary>;
  readonly pause: { readonly paused: string };
  /** False if the queue was not paused. */
  readonly resume: { readonly resumed: boolean };
  readonly health: {
    readonly status: HealthStatus;
    readonly checks: Readonly<Record<string, readonly HealthCheck[]>>;
    /** What holds whatever the checks find; missing if there is nothing. */
    readonly notes?: readonly string[];
  };
  readonly 'wait-support': { readonly wait: WaitSupport };
  readonly 'message-status': MessageStatus;
  /** The complete text of the queue's copy; `null` where the queue, its claims, delayed messages and dead letters have none. */
  readonly 'message-text': { readonly copy: MessageCopy | null };
}
export type Answer<A extends Action = Action> = Answers[A];
interface Operator {
  ask<A extends Action>(operation: Operation & { readonly action: A }): Promise<Answer<A>>;
}
/** Performs one operation, in this process or in the operations function. */
export type Ask = Operator['ask'];

/** The function's response: an answer, or an error message for the operator. */
export type Reply<A extends Action = Action> = { readonly answer: Answer<A> } | { readonly error: string };

/** An invalid request, or one for a queue that the environment does not have. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
}

/** @throws OperationError that names each invalid field */
export function readOperation(value: unknown): Operation {
  if (!rules.isObject(value)) throw new OperationError(`an operation must be an object, got ${rules.formatted(value)}`);
  const { action } = value;
  if (typeof action !== 'string' || !Object.hasOwn(operationRules, action)) {
    const known = Object.keys(operationRules).join(', ');
    throw new OperationError(`action must be one of ${known}; got ${rules.formatted(action)}`);
  }
  const found: rules.Violation[] = [];
  rules.check(operationRules[action as Action], value, found);
  if (found.length > 0) throw new OperationError(`${action}: ${rules.sentenceOf(found)}`);
  return value as unknown as Operation;
}
