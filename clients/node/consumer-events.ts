import type { ModelReadyMessage } from '../../contract/message';

/** The consumer's events, for logs and metrics; listeners are optional. */
export interface ConsumerEvents {
  acknowledged: [message: ModelReadyMessage];
  /** The handler failed; the message is retried. */
  retried: [text: string, error: Error];
  /** The message was dead-lettered. */
  'dead-lettered': [text: string, error: Error];
  /**
   * The claim was no longer held when the outcome was written: another consumer may have the message, and it may be processed
   * twice. Also emitted if only the reply to the write was lost.
   */
  lost: [text: string];
  /** Redis failed, and the consumer retries; or a listener of another event threw. */
  warning: [error: Error];
}
