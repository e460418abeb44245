import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { ResolvedOptions } from './consumer-options';
import type { Claim, ModelQueue } from './model-queue';
import { RedisSession } from './session';

/** A message taken from the queue. */
export interface Taken extends Claim {
  /** False where Redis knows the claim as prefetched only. */
  readonly started: boolean;
}

/** How much longer than Redis blocks the client waits, before it takes the connection for half open. */
const blockMarginMs = 2000;

/**
 * How a consumer comes by messages: by a script while there are some, by waiting in Redis while there are none.
 * What was claimed though its reply was lost is put right before anything else is taken.
 */
export class Intake {
  /** Blocks in Redis; a connection of its own, or commands would wait behind it. */
  private readonly waiting: RedisSession;
  private readonly clientIds = new WeakMap<Redis, number>();
  private blockedClientId: number | undefined;
  /** Claims whose reply was lost: what they took is unknown, and goes back. */
  private readonly uncertainNonces = new Set<string>();
  /** Came while waiting, and has no lease yet. */
  private arrived: Claim | undefined;
  private closed = false;

  constructor(
    private readonly queue: ModelQueue,
    private readonly commands: RedisSession,
    private readonly options: ResolvedOptions,
  ) {
    const commandTimeoutMs = options.blockSeconds * 1000 + blockMarginMs;
    this.waiting = new RedisSession({ ...options.redis, commandTimeoutMs });
  }

  /**
   * Takes what is there, or waits for one message.
   * @param count how many at most; the first `starting` of them count as started.
   * @returns none after a wait in vain.
   * @throws RedisError; then the same again is right.
   */
  async take(count: number, starting: number): Promise<Taken[]> {
    const { name: consumer, leaseSeconds, blockSeconds } = this.options;
    const late = await this.settleArrivals();
    if (late.length > 0) return late;
    const nonce = randomUUID();
    this.uncertainNonces.add(nonce);
    const { texts, nextDueMs } = await this.commands.use('claim', (redis) =>
      this.queue.claim(redis, { nonce, consumer, count, starting, leaseMs: leaseSeconds * 1000 }),
    );
    this.uncertainNonces.delete(nonce);
    if (texts.length > 0) return texts.map((text, index) => ({ text, nonce, started: index < starting }));

    const text = await this.awaitMessage(Math.min(blockSeconds, (nextDueMs ?? Infinity) / 1000));
    if (text === null) return [];
    this.arrived = { text, nonce };
    return this.settleArrivals();
  }

  /** Puts right what lost replies left open: gives unknown claims back, and leases a message that came without one. */
  async settleArrivals(): Promise<Taken[]> {
    for (const nonce of this.uncertainNonces) {
      await this.commands.use('give back', (redis) => this.queue.giveBack(redis, nonce));
      this.uncertainNonces.delete(nonce);
    }
    const claim = this.arrived;
    if (claim === undefined) return [];
    const { name: consumer, leaseSeconds } = this.options;
    const outcome = await this.commands.use('lease', (redis) =>
      this.queue.lease(redis, claim, { consumer, leaseMs: leaseSeconds * 1000 }),
    );
    this.arrived = undefined;
    return outcome === 'leased' ? [{ ...claim, started: true }] : [];
  }

  /** Ends the wait in Redis and leaves no doubt whether a message came with it; a closed socket could leave one behind. */
  async stopWaiting(): Promise<void> {
    this.closed = true;
    for (;;) {
      const id = this.blockedClientId;
      if (id === undefined) return;
      // 0: the server has not begun to block, or has just ended.
      if ((await this.commands.use('unblock', (redis) => redis.client('UNBLOCK', id))) === 1) return;
      await sleep(10);
    }
  }

  close(): void {
    this.waiting.close();
  }

  private async awaitMessage(seconds: number): Promise<string | null> {
    return this.waiting.use('wait for a message', async (redis) => {
      const id = this.clientIds.get(redis) ?? (await redis.client('ID'));
      this.clientIds.set(redis, id);
      if (this.closed) return null;
      this.blockedClientId = id;
      try {
        return await this.queue.awaitMessage(redis, seconds);
      } finally {
        this.blockedClientId = undefined;
      }
    });
  }
}
