import { randomUUID } from 'node:crypto';
import type { ResolvedOptions } from './consumer-options';
import type { Claim, ModelQueue } from '../../queue/model-queue';
import { RedisSession } from '../../queue/session';

/** A message taken from the queue. */
export interface Taken extends Claim {
  /** False where Redis knows the claim as prefetched only. */
  readonly started: boolean;
}

/** How much longer than Redis blocks the client waits, before it takes the connection for half open. */
const blockMarginMs = 2000;

/**
 * How a consumer comes by messages: by a script while there are some, by waiting in Redis while there are none.
 * What was claimed though its reply was lost is given back before anything else is taken.
 */
export class Intake {
  /** Blocks in Redis; a connection of its own, or commands would wait behind it. */
  private readonly waiting: RedisSession;
  /** Claims whose reply was lost: what they took is unknown. */
  private readonly uncertainNonces = new Set<string>();

  constructor(
    private readonly queue: ModelQueue,
    private readonly commands: RedisSession,
    private readonly options: ResolvedOptions,
  ) {
    const commandTimeoutMs = options.blockSeconds * 1000 + blockMarginMs;
    this.waiting = new RedisSession({ ...options.redis, commandTimeoutMs });
  }

  /**
   * Takes what is there; where nothing is, waits until something may be.
   * @param count how many at most; the first `starting` of them count as started.
   * @returns none after a wait.
   * @throws RedisError; then the same again is right.
   */
  async take(count: number, starting: number): Promise<Taken[]> {
    const { name: consumer, leaseSeconds, blockSeconds } = this.options;
    await this.giveBackUncertain();
    const nonce = randomUUID();
    this.uncertainNonces.add(nonce);
    const { texts, nextDueMs = Infinity } = await this.commands.use('claim', (redis) =>
      this.queue.claim(redis, { nonce, consumer, count, starting, leaseMs: leaseSeconds * 1000 }),
    );
    this.uncertainNonces.delete(nonce);
    if (texts.length === 0) {
      const seconds = Math.min(blockSeconds, nextDueMs / 1000);
      await this.waiting.use('wait for a message', (redis) => this.queue.awaitMessage(redis, seconds));
    }
    return texts.map((text, index) => ({ text, nonce, started: index < starting }));
  }

  /** Returns what claims took whose reply was lost. */
  async giveBackUncertain(): Promise<void> {
    for (const nonce of this.uncertainNonces) {
      await this.commands.use('give back', (redis) => this.queue.giveBack(redis, nonce));
      this.uncertainNonces.delete(nonce);
    }
  }

  /** Ends a wait at once, with an error; no message can be lost with it. */
  close(): void {
    this.waiting.close();
  }
}
