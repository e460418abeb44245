import { setTimeout as sleep } from 'node:timers/promises';
import type { ClaimProgress } from './claim-progress';
import type { ResolvedOptions } from './consumer-options';
import type { Claim, ClaimState, ModelQueue } from '../../queue/model-queue';
import { newInstance, newNonce } from '../../queue/nonce';
import { RedisSession } from '../../queue/session';

/** A claimed message. */
export interface Taken extends Claim {
  /** False if the message is only prefetched. */
  readonly started: boolean;
  /** When it was asked for, by the monotonic clock: its lease began later. */
  readonly askedMs: number;
  /** Nothing may run beside it: it may have killed its former consumer. */
  readonly alone: boolean;
}

/** How long the client waits beyond the blocking time before it treats the connection as half open. */
const blockMarginMs = 2000;
/** How often a paused queue is asked again. */
const pausedMs = 2000;

/**
 * Claims messages with a script, and blocks in Redis while the queue is empty. A claim whose reply was lost is revoked before the
 * next one.
 */
export class Intake {
  /** The connection that blocks in Redis, separate so that commands do not wait behind it. */
  private readonly waiting: RedisSession;
  /** Nonces of claims whose reply was lost: their messages are unknown. */
  private readonly uncertainNonces = new Set<string>();
  private readonly instance = newInstance();
  private readonly closing = new AbortController();
  /** Redis counts this consumer among those that wait on the main list. */
  private waitsOnMain = false;

  constructor(
    private readonly queue: ModelQueue,
    private readonly commands: RedisSession,
    private readonly progress: ClaimProgress,
    private readonly options: ResolvedOptions,
  ) {
    const commandTimeoutMs = options.blockSeconds * 1000 + blockMarginMs;
    this.waiting = new RedisSession({ ...options.redis, commandTimeoutMs });
  }

  /**
   * Claims messages; if the queue is empty or paused, waits until it may have one.
   * @param count the maximum; the first `starting` of them count as started.
   * @param holding messages that the consumer holds.
   * @returns no messages after a wait, and with the state `wait-alone`, which waits for the consumer's own work.
   * @throws RedisError; safe to repeat.
   */
  async take(
    count: number,
    { starting, holding, onState }: { starting: number; holding: number; onState: (state: ClaimState) => void },
  ): Promise<{ state: ClaimState; taken: Taken[] }> {
    const { name: consumer, leaseSeconds, blockSeconds, maxRetries } = this.options;
    await this.revokeUncertain();
    const nonce = newNonce(this.instance);
    const askedMs = performance.now();
    this.uncertainNonces.add(nonce);
    const {
      state,
      claims,
      nextDueMs = Infinity,
    } = await this.progress.claim({
      nonce,
      consumer,
      count,
      starting,
      holding,
      leaseMs: leaseSeconds * 1000,
      waitMs: blockSeconds * 1000,
      maxRetries,
    });
    this.uncertainNonces.delete(nonce);
    this.waitsOnMain = state === 'wait-main';
    onState(state);
    if (state === 'paused') await this.pause(Math.min(pausedMs, blockSeconds * 1000));
    if (state === 'wait-main' || state === 'wait-wake') {
      const seconds = Math.min(blockSeconds, nextDueMs / 1000);
      await this.waiting.use('wait for a message', (redis) => this.queue.awaitMessage(redis, seconds, state));
    }
    return {
      state,
      taken: claims.map((claim, index) => ({
        ...claim,
        askedMs,
        started: state === 'alone' || index < starting,
        alone: state === 'alone',
      })),
    };
  }

  /** Revokes the claims whose reply was lost; their messages go back. */
  async revokeUncertain(): Promise<void> {
    for (const nonce of this.uncertainNonces) {
      await this.commands.use('revoke a claim', (redis) => this.queue.revoke(redis, nonce));
      this.uncertainNonces.delete(nonce);
    }
  }

  /** Another idle consumer waits for messages instead of this one, if it waits. */
  async leave(): Promise<void> {
    if (!this.waitsOnMain) return;
    await this.commands.use('stop waiting', (redis) => this.queue.leave(redis, this.instance));
  }

  /** Ends a wait at once; no message is lost. */
  close(): void {
    this.closing.abort();
    this.waiting.close();
  }

  private pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }
}
