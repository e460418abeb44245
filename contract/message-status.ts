import type { FailedBy } from './dead-letter';
import type { Subscription } from './subscriptions';

/** What a copy of a message records itself; a field is missing if its text has none. */
export interface Recorded {
  /** The event's time, ISO 8601. */
  readonly registered_at?: string;
  /** Failed attempts so far. */
  readonly retry_count?: number;
}

/** Why a message or an event is a dead letter. */
export interface Failure {
  /** Of the dead letter, as in lists of dead letters. */
  readonly id: string;
  readonly failed_by: FailedBy;
  readonly error_code: string;
  readonly error_message: string;
  /** ISO 8601. */
  readonly failed_at: string;
}

/** The status of one subscription's copy of a message, in the library and in answers. Times are ISO 8601. */
export type Place =
  | ({ readonly place: 'waiting' } & Recorded)
  | ({
      readonly place: 'claimed';
      /** The consumer's name; `plain` for a plain consumer, and until the maintenance pass has seen the claim. */
      readonly consumer: string;
      /** Undefined for a plain claim that the maintenance pass has not seen yet. */
      readonly claimed_at?: string;
      /** When the claim runs out unless it is renewed. */
      readonly lease_ends_at?: string;
      /** False where the message is only prefetched. */
      readonly started: boolean;
    } & Recorded)
  | ({ readonly place: 'delayed'; readonly due_at: string } & Recorded)
  | ({ readonly place: 'dead-letter' } & Failure & Recorded)
  /** It was queued and is no longer in Redis: acknowledged, or discarded by an operator. */
  | { readonly place: 'acknowledged' }
  /** It was published, but not to this queue. */
  | { readonly place: 'not-for-it' }
  /** No record that it was queued; `seen` keys expire. */
  | { readonly place: 'not-found' }
  /** Not among the first `examined` entries of a longer list. */
  | { readonly place: 'given-up'; readonly examined: number };

/** The status of a message, for each subscription. */
export interface MessageStatus {
  readonly message_id: string;
  /** When it was queued; missing if it never was, or its `seen` key has expired. */
  readonly queued_at?: string;
  readonly subscriptions: readonly (Subscription & Place)[];
  /** The publisher refused an event with this id: its newest dead letter. */
  readonly refused?: Failure & Recorded;
}
