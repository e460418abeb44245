import * as rules from './rules';

/**
 * What an operator's program asks of the operations function, and what it answers. Each request is one page of work: whoever
 * has much to do asks again with what the last answer returned, and can show how far it is.
 */

/** Name of an environment's operations function; whoever may invoke it may operate that environment's queues. */
export const operationsFunctionName = (environment: string): string => `hokusai-${environment}-model-events-operations`;

/** Entries that one request looks at, at most: a page's answer stays far below Lambda's 6 MB. */
export const operationsPage = 100;

/** A dead letter's or a message's name on the screen: the first 16 hex digits of its text's SHA-256. */
const idPattern = /^[0-9a-f]{16}$/;

const ids: rules.Rule<readonly string[], true> = {
  required: true,
  schema: {
    type: 'array',
    items: { type: 'string', pattern: idPattern.source },
    minItems: 1,
    maxItems: operationsPage,
  },
  check: (value, field, found) => {
    const good =
      Array.isArray(value) &&
      value.length >= 1 &&
      value.length <= operationsPage &&
      value.every((id) => typeof id === 'string' && idPattern.test(id));
    if (!good)
      found.push({ field, rule: `1 to ${operationsPage} ids of 16 hex digits each`, value: rules.formatted(value) });
  },
};

const time = rules.matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'a time, ISO 8601 in UTC with milliseconds');

/** Which dead letters: those that fulfil everything that is said; all where nothing is said. */
const selectionRules = {
  ids: rules.optional(ids),
  /** `error.code` as a whole, or a part of `error.message`. */
  error: rules.optional(rules.text(1, 200)),
  /** `model_id` as a whole. */
  model: rules.optional(rules.text(1, 256)),
  /** The earliest `failed_at`. */
  since: rules.optional(time),
  /** The latest `failed_at`; an entry that has none is as old as can be. */
  until: rules.optional(time),
} as const;
export type Selection = rules.Keeping<typeof selectionRules>;

const queue = rules.matching(/^model_events(?::[a-z0-9-]{1,40})?$/, 'a queue, model_events or model_events:<name>');
/** Who asks, in their own words: CloudTrail has what AWS knows. */
const caller = rules.optional(rules.text(1, 256));
const messageId = rules.matching(/^[A-Za-z0-9._:-]{1,128}$/, '1 to 128 of A-Z, a-z, 0-9, . _ : and -');
const select = rules.object(selectionRules);
const page = { caller, queue, offset: rules.count };
/** `kept`: entries at the old end that earlier pages left; `examine`: how many this page may look at. */
const walk = { caller, queue, select, kept: rules.count, examine: rules.count };

const operationRules = {
  depths: { caller },
  'dead-letters': { ...page, select },
  'dead-letter': { caller, queue, id: rules.matching(idPattern, 'an id of 16 hex digits') },
  redrive: walk,
  discard: walk,
  claims: page,
  release: { caller, queue, ids },
  waiting: page,
  health: { caller },
  'message-status': { caller, message_id: messageId },
  smoke: { caller, message_id: messageId },
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
}

/** A queue that cannot be looked at: somebody keeps something else under one of its keys. */
export interface UnreadableQueue {
  readonly service: string;
  readonly queue: string;
  /** What is wrong, with the key, and what to do. */
  readonly error: string;
}

/** Texts in a summary are as they stand in Redis: whoever shows them escapes them. */
export interface MessageSummary {
  readonly queue: string;
  readonly id: string;
  readonly message_id: string | null;
  readonly model_id: string | null;
}

export interface DeadLetterSummary extends MessageSummary {
  /** `null` where the entry is none of our dead letters; `error_message` then says what is wrong with it. */
  readonly error_code: string | null;
  readonly error_message: string;
  readonly failed_at: string | null;
  readonly failed_by: string | null;
}

export interface ClaimSummary extends MessageSummary {
  /** `plain` for one without leases of its own; `null` where the maintenance pass has not seen the claim yet. */
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
    /** Sent to the buffer: the publisher had refused it, and will look at it again. */
    | 'sent-to-buffer'
    | 'discarded'
    | 'released'
    /** It was gone: somebody else was quicker. */
    | 'not-found'
    /** None of our dead letters: it can be discarded only. */
    | 'foreign'
    /** There is no buffer to send it to. */
    | 'needs-buffer'
    /** The maintenance pass has not given this plain claim its lease yet: in a minute it has. */
    | 'no-lease-yet';
}

/** What each result means, for people: behind a count. */
export const outcomeMeanings: Readonly<Record<Outcome['result'], string>> = {
  redriven: 'sent back to their queue',
  'sent-to-buffer': 'sent to the buffer: the publisher checks them again, for every service',
  discarded: 'deleted',
  released: 'returned to their queue',
  'not-found': 'were gone already',
  foreign: 'left: none of our dead letters, they can only be discarded',
  'needs-buffer':
    'left: the publisher refused them, and here is no buffer to send them to; correct the event and emit it',
  'no-lease-yet': 'left: plain claims that the maintenance pass has not seen; try again in a minute',
};

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** Entries looked at; fewer than {@link operationsPage} where that was the last page. */
  readonly examined: number;
  /** The list's length. */
  readonly total: number;
}

export interface WalkPage {
  readonly outcomes: readonly Outcome[];
  readonly examined: number;
  /** For the next request. */
  readonly kept: number;
}

/** What a health check found; `output` says what is wrong and what to look at. */
export interface HealthFinding {
  readonly componentId: string;
  readonly status: 'pass' | 'warn' | 'fail';
  readonly observedValue?: number;
  readonly observedUnit?: string;
  readonly output?: string;
  /** What is wrong, in one word; missing where the check passes. */
  readonly fault?: string;
}

/** Where one service's copy of a message is, and what is known of that place. Times are ISO 8601. */
export interface MessagePlace {
  readonly service: string;
  readonly queue: string;
  /** waiting, claimed, delayed, dead-letter, acknowledged, not-for-it, not-found or given-up. */
  readonly place: string;
  readonly consumer?: string;
  readonly claimed_at?: string;
  readonly due_at?: string;
  readonly error_code?: string;
  readonly error_message?: string;
  readonly failed_at?: string;
  /** Entries of a list that was too long to be looked through. */
  readonly examined?: number;
}

interface Answers {
  /** Whether this smoke event has come out of the pipeline. */
  readonly smoke: { readonly arrived: boolean };
  /** One that cannot be looked at keeps no other from being seen. */
  readonly depths: { readonly queues: readonly (QueueDepths | UnreadableQueue)[] };
  readonly 'dead-letters': Page<DeadLetterSummary>;
  /** The dead letter's whole text; `null` where there is none of this id. */
  readonly 'dead-letter': { readonly text: string | null };
  readonly redrive: WalkPage;
  readonly discard: WalkPage;
  readonly claims: Page<ClaimSummary>;
  readonly release: { readonly outcomes: readonly Outcome[] };
  readonly waiting: Page<MessageSummary>;
  readonly health: {
    readonly status: HealthFinding['status'];
    readonly checks: Readonly<Record<string, readonly HealthFinding[]>>;
  };
  readonly 'message-status': {
    readonly message_id: string;
    /** Missing where it never was queued, or longer ago than that is remembered. */
    readonly queued_at?: string;
    readonly subscriptions: readonly MessagePlace[];
    /** The publisher refused an event of this id. */
    readonly refused?: { readonly error_code: string; readonly error_message: string; readonly failed_at: string };
  };
}
export type Answer<A extends Action = Action> = Answers[A];

/** What the function returns: an answer, or why there is none, in a sentence for the operator. */
export type Reply<A extends Action = Action> = { readonly answer: Answer<A> } | { readonly error: string };

/** A request that is none, or is for a queue that the environment does not have. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
}

/** @throws OperationError naming each field that is wrong */
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
