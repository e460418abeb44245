import type { Subscription } from './subscriptions';

/** Why a message or an event is a dead letter. */
export interface Failure {
  readonly error_code: string;
  readonly error_message: string;
  /** ISO 8601. */
  readonly failed_at: string;
}

/** The status of one subscription's copy of a message, in the library and in answers. Times are ISO 8601. */
export type Place =
  | { readonly place: 'waiting' }
  | {
      readonly place: 'claimed';
      /** The consumer's name; `plain` for a plain consumer, and until the maintenance pass has seen the claim. */
      readonly consumer: string;
      /** Undefined for a plain claim that the maintenance pass has not seen yet. */
      readonly claimed_at?: string;
      /** When the claim runs out unless it is renewed. */
      readonly lease_ends_at?: string;
      /** False where the message is only prefetched. */
      readonly started: boolean;
    }
  | { readonly place: 'delayed'; readonly due_at: string }
  | ({ readonly place: 'dead-letter' } & Failure)
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
  readonly refused?: Failure;
}
