import type { Redis } from 'ioredis';
import type { Claim, Claimed, ClaimOptions, ModelQueue, Steps } from '../../queue/model-queue';
import type { RedisSession } from '../../queue/session';

/** The steps of one script. */
interface Batch extends Steps {
  readonly done: Claim[];
  readonly starting: Claim[];
  readonly whenSent: (() => void)[];
  /** Whether each was held: what is done, then what starts. */
  readonly held: Promise<readonly boolean[]>;
  readonly settle: (held: Promise<readonly boolean[]>) => void;
  isTaken: boolean;
}

/**
 * Claims messages, acknowledges them and marks them as started: with one script for all that happens in one turn of the event loop, or
 * until one of two unanswered scripts is answered.
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

  /** Claims messages. The script also has the steps of this turn, unless those wait for earlier scripts. @throws RedisError */
  claim(options: ClaimOptions): Promise<Claimed> {
    const batch = this.commands.unanswered < 2 ? this.open : undefined;
    if (batch === undefined || batch.isTaken) {
      return this.commands.use('claim', (redis) => this.queue.claim(redis, options));
    }
    const claimed = this.send(batch, 'claim', (redis) => this.queue.claim(redis, options, batch));
    batch.settle(claimed.then(({ held = [] }) => held));
    return claimed;
  }

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
    let settle: Batch['settle'] = () => undefined;
    const held = new Promise<readonly boolean[]>((resolve) => (settle = resolve));
    const batch: Batch = { done: [], starting: [], whenSent: [], held, settle, isTaken: false };
    // Not before the other steps of this turn, and a claim that takes them along.
    process.nextTick(() => void this.advance(batch));
    return (this.open = batch);
  }

  private async advance(batch: Batch): Promise<void> {
    await this.former;
    // A claim is on its way too.
    if (this.commands.unanswered > 1) await this.latest;
    if (batch.isTaken) return;
    batch.settle(this.send(batch, 'acknowledge and start', (redis) => this.queue.advance(redis, batch, this.leaseMs)));
  }

  private send<Reply>(batch: Batch, doing: string, script: (redis: Redis) => Promise<Reply>): Promise<Reply> {
    batch.isTaken = true;
    const close = (): void => {
      if (this.open === batch) this.open = undefined;
    };
    const sent = this.commands.use(doing, (redis) => {
      close();
      const reply = script(redis);
      if (batch.whenSent.length > 0) afterWrite(redis, () => batch.whenSent.forEach((call) => call()));
      return reply;
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
