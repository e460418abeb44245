import type { Redis } from 'ioredis';
import type { Claim, ModelQueue } from '../../queue/model-queue';
import type { RedisSession } from '../../queue/session';

/** The steps of one script. */
interface Batch {
  readonly done: Claim[];
  readonly starting: Claim[];
  readonly whenSent: (() => void)[];
  /** Whether each was held: what is done, then what starts. */
  readonly held: Promise<readonly boolean[]>;
}

/**
 * Acknowledges claims and marks them as started: with one script for all that happens in one turn of the event loop, or until one of
 * two unanswered scripts is answered.
 *
 * If the process ends, Redis reads on, but only until its second reply that nobody takes: a start behind two unanswered commands
 * would not count.
 */
export class ClaimProgress {
  private open: Batch | undefined;
  /** The last script, and the one before it: until they are answered. */
  private latest: Promise<unknown> = Promise.resolve();
  private former: Promise<unknown> = this.latest;

  constructor(
    private readonly queue: ModelQueue,
    private readonly commands: RedisSession,
    private readonly leaseMs: number,
  ) {}

  /** @returns false if the claim is lost @throws RedisError */
  async acknowledge(claim: Claim): Promise<boolean> {
    const { done, held } = this.batch();
    const index = done.push(claim) - 1;
    return (await held)[index] === true;
  }

  /**
   * @param whenSent called when the operating system has the command: Redis gets it even if this process ends at once. Not called
   * while the connection takes no more bytes
   * @returns false if the claim is lost
   * @throws RedisError
   */
  async start(claim: Claim, whenSent: () => void): Promise<boolean> {
    const { done, starting, whenSent: listeners, held } = this.batch();
    const index = starting.push(claim) - 1;
    listeners.push(whenSent);
    return (await held)[done.length + index] === true;
  }

  private batch(): Batch {
    if (this.open !== undefined) return this.open;
    const batch: Batch = {
      done: [],
      starting: [],
      whenSent: [],
      // Not before the caller has added its claim.
      held: Promise.resolve().then(() => this.send(batch)),
    };
    return (this.open = batch);
  }

  private async send(batch: Batch): Promise<readonly boolean[]> {
    await this.former;
    // A claim is on its way too.
    if (this.commands.unanswered > 1) await this.latest;
    const close = (): void => {
      if (this.open === batch) this.open = undefined;
    };
    const sent = this.commands.use('acknowledge and start', (redis) => {
      close();
      const held = this.queue.advance(redis, batch, this.leaseMs);
      if (batch.whenSent.length > 0) afterWrite(redis, () => batch.whenSent.forEach((call) => call()));
      return held;
    });
    this.former = this.latest;
    this.latest = sent.then(close, close);
    return sent;
  }
}

/** Calls back once the session has flushed the commands of this turn, unless the socket buffers some of them. */
function afterWrite({ stream }: Redis, call: () => void): void {
  setImmediate(() => {
    if (stream.writableLength === 0) call();
  });
}
