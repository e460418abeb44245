import type { ModelReadyMessage } from '../../contract/message';

/** The consumer's events, for logs and metrics; listeners are optional. */
export interface ConsumerEvents {
  acknowledged: [message: ModelReadyMessage];
  /** The handler failed; the message is retried. */
  retried: [text: string, error: Error];
  /** The attempt does not count: the handler postponed the message, or the circuit breaker is open. */
  snoozed: [text: string, error: Error];
  /** The message was dead-lettered. */
  'dead-lettered': [text: string, error: Error];
  /**
   * The claim was no longer held when the outcome was written: another consumer may have the message, and it may be processed
   * twice. Also emitted if only the reply to the write was lost.
   */
  lost: [text: string];
  /** An operator has paused the queue; nothing is claimed until `resumed`. */
  paused: [];
  resumed: [];
  /** All attempts fail: the consumer pauses itself. Emitted again when an attempt after the pause fails. */
  'breaker-opened': [error: Error, pauseSeconds: number];
  'breaker-closed': [];
  /** Redis failed, and the consumer retries; or a listener of another event threw. */
  warning: [error: Error];
}

/** How an event is logged if it has no listener; others are not logged. */
export const loggedEvents: Readonly<Partial<Record<keyof ConsumerEvents, string>>> = {
  retried: 'the handler failed; the message is retried',
  'dead-lettered': 'the message was dead-lettered',
  lost: 'the claim was lost: another consumer may have the message',
  paused: 'the queue is paused by an operator',
  resumed: 'the queue is resumed',
  'breaker-opened': 'all attempts fail: the consumer pauses itself',
  'breaker-closed': 'an attempt succeeded: the consumer resumes',
  warning: 'Redis or a listener failed',
};
