import { randomUUID } from 'node:crypto';
import type { ResolvedOptions } from './consumer-options';
import type { Claim, ModelQueue } from '../../queue/model-queue';
import { RedisSession } from '../../queue/session';

/** A claimed message. */
export interface Taken extends Claim {
  /** False if the message is only prefetched. */
  readonly started: boolean;
}

/** How long the client waits beyond the blocking time before it treats the connection as half open. */
const blockMarginMs = 2000;

/**
 * Claims messages with a script, and blocks in Redis while the queue is empty. Claims whose reply was lost are given back
 * before the next claim.
 */
export class Intake {
  /** The connection that blocks in Redis, separate so that commands do not wait behind it. */
  private readonly waiting: RedisSession;
  /** Nonces of claims whose reply was lost: their messages are unknown. */
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
   * Claims messages; if the queue is empty, waits until it may have one.
   * @param count the maximum; the first `starting` of them count as started.
   * @returns an empty array after a wait.
   * @throws RedisError; safe to repeat.
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

  /** Gives back the messages of claims whose reply was lost. */
  async giveBackUncertain(): Promise<void> {
    for (const nonce of this.uncertainNonces) {
      await this.commands.use('give back', (redis) => this.queue.giveBack(redis, nonce));
      this.uncertainNonces.delete(nonce);
    }
  }

  /** Ends a wait at once with an error; no message is lost. */
  close(): void {
    this.waiting.close();
  }
}
