import type { DeadLetterReason } from '../../contract/dead-letter';
import type { PublishRecord, PublishResult } from '../../queue/publish';
import type { IdReused, ReadRecord } from './read-record';

/** The final result of one record; `unconfirmed`: Redis has it, its replicas may not, so that SQS keeps it. */
export type Outcome = 'published' | 'duplicate' | 'smoke' | 'skipped' | 'dead-lettered' | 'unconfirmed' | 'failed';

/** One record at the end of an invocation. */
export interface RecordOutcome {
  readonly read: ReadRecord;
  readonly outcome: Outcome;
  /** A message that this invocation put into the queues, confirmed or not. */
  readonly isNew: boolean;
  /** Why the event is a dead letter. */
  readonly refusal?: DeadLetterReason | undefined;
  /** Its `seen` key or one of its lists has the wrong type. */
  readonly blocked: boolean;
}

interface Entry {
  readonly read: ReadRecord;
  /** Still to be written; changes from a message to the same with an older digest, and then to its `ID_REUSED` dead letter. */
  write: PublishRecord | undefined;
  asIdReused: (() => IdReused) | undefined;
  /** The first result: a message published at the first attempt is a duplicate at the second. */
  result: PublishResult | undefined;
  refusal: DeadLetterReason | undefined;
}

/** The records of one invocation and their progress. */
export class Batch {
  private readonly entries: readonly Entry[];
  private confirmed = false;

  constructor(records: readonly ReadRecord[]) {
    this.entries = records.map((read) => ({
      read,
      write: read.write,
      asIdReused: read.asIdReused,
      result: undefined,
      refusal: read.refusal,
    }));
  }

  /** What has to be written, all of it at every attempt: writing again adds nothing, and the replicas confirm all of it. */
  get writes(): PublishRecord[] {
    return this.entries.flatMap(({ write }) => (write === undefined ? [] : [write]));
  }

  /**
   * Applies the results of `writes`.
   * @returns true where ids seem reused: what takes the place of these messages is among `writes` now and has to be written.
   */
  take(results: readonly PublishResult[]): boolean {
    let more = false;
    this.entries
      .filter(({ write }) => write !== undefined)
      .forEach((entry, index) => {
        const result = results[index];
        if (result === 'id-reused' && entry.asIdReused !== undefined) {
          Object.assign(entry, { asIdReused: undefined }, entry.asIdReused());
          more = true;
        } else if (entry.result === undefined || entry.result === 'wrong-type') entry.result = result;
      });
    return more;
  }

  /** The primary and the replicas have the last write. */
  confirm(): void {
    this.confirmed = true;
  }

  /** Each record with its outcome, in the order of the invocation. */
  outcomes(): RecordOutcome[] {
    return this.entries.map((entry) => ({
      read: entry.read,
      outcome: this.outcomeOf(entry),
      isNew: entry.write?.kind === 'message' && entry.result === 'published',
      refusal: entry.refusal,
      blocked: entry.result === 'wrong-type',
    }));
  }

  private outcomeOf({ write, result }: Entry): Outcome {
    if (write === undefined) return 'skipped';
    if (result !== 'published' && result !== 'duplicate') return 'failed';
    if (!this.confirmed) return 'unconfirmed';
    if (write.kind === 'dead-letter') return 'dead-lettered';
    return write.kind === 'smoke' ? 'smoke' : result;
  }
}
