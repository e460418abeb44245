import type { ModelReadyMessage } from '../../contract/message';

/** What a consumer reports, for logs and metrics; none of it has to be listened to. */
export interface ConsumerEvents {
  acknowledged: [message: ModelReadyMessage];
  /** The handler failed; the message comes again. */
  retried: [text: string, error: Error];
  /** The message is in the dead letters now. */
  'dead-lettered': [text: string, error: Error];
  /**
   * The claim was not held any more when the work was settled: another consumer may have the message, and the work may be
   * done twice. Also where only the answer to a settlement was lost.
   */
  lost: [text: string];
  /** Redis failed, and the consumer retries; or a listener of another event threw. */
  warning: [error: Error];
}
