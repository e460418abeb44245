import type { Redis } from 'ioredis';
import { readDeadLetter } from '../contract/dead-letter';
import { type Decision, type NotRedriven, pageOfLetters, reachFor, redriveDecision, settle } from './dead-letters';
import { keysOf, type QueueKeys } from './keys';
import { scripts, type SettleResult } from './scripts';

/** A claimed text; `nonce` identifies the claim. */
export interface Claim {
  readonly text: string;
  readonly nonce: string;
}

/** Depths and ages of a queue. */
export interface QueueState {
  readonly depth: number;
  readonly processing: number;
  readonly delayed: number;
  readonly deadLetters: number;
  /** Seconds since the event of the oldest waiting message, replays excluded; 0 if there is none. */
  readonly oldestMessageSeconds: number;
  /** Seconds since the oldest claim; 0 if there is none. */
  readonly oldestClaimSeconds: number;
}

/** The lists that can be read page by page. */
export type Listing = 'main' | 'processing' | 'deadLetters';

/** Which end of a list a page is counted from; the cost grows with the distance from that end, not with the depth. */
export type End = 'newest' | 'oldest';

/** The result of redriving one dead letter; `busy` while an operator's pass has its turn. */
export type RedriveResult = SettleResult | NotRedriven | 'busy';

/** Entries that the ages are computed from, oldest first. */
const ageSample = 20;
/** Due retries that one claim moves at most. */
const dueAtOnce = 100;

/**
 * One subscription's queue. Each method is one atomic step, safe to repeat, and does nothing if the caller no longer holds
 * the claim. Methods take the connection as an argument, since connections are replaced.
 */
export class ModelQueue {
  readonly keys: QueueKeys;

  constructor(readonly name: string) {
    this.keys = keysOf(name);
  }

  /**
   * Takes up to `count` messages, the oldest first; the first `starting` of them count as started.
   * @returns the texts; if fewer than `count`, also the ms until the next delayed message is due.
   */
  async claim(
    redis: Redis,
    options: { nonce: string; consumer: string; count: number; starting: number; leaseMs: number },
  ): Promise<{ texts: string[]; nextDueMs?: number }> {
    const { main, processing, leases, holders, delayed } = this.keys;
    const [nextDueMs, ...texts] = await scripts.claim.run(
      redis,
      [main, processing, leases, holders, delayed],
      [options.nonce, options.consumer, options.count, options.starting, options.leaseMs, dueAtOnce],
    );
    return { texts, ...(nextDueMs < 0 ? {} : { nextDueMs }) };
  }

  /**
   * Blocks in Redis, at most `seconds`, until the queue has a message, and leaves the message in place: BLMOVE from the right
   * end to the right end. A client that dies, or a lost reply, therefore loses nothing; `claim` takes the message.
   * The cost: each message unblocks every waiting consumer.
   */
  async awaitMessage(redis: Redis, seconds: number): Promise<void> {
    // 0 would block without a limit.
    await redis.blmove(this.keys.main, this.keys.main, 'RIGHT', 'RIGHT', Math.max(0.01, seconds));
  }

  /** Marks a prefetched message as started. */
  async start(redis: Redis, claim: Claim, leaseMs: number): Promise<'started' | 'not-held'> {
    return scripts.start.run(redis, [this.keys.leases, this.keys.holders], [claim.text, claim.nonce, leaseMs]);
  }

  /** Renews leases. @returns the claims that are no longer held. */
  async extend<C extends Claim>(redis: Redis, claims: readonly C[], leaseMs: number): Promise<C[]> {
    if (claims.length === 0) return [];
    const args = [leaseMs, ...claims.flatMap(({ nonce, text }) => [nonce, text])];
    const results = await scripts.extend.run(redis, [this.keys.leases, this.keys.holders], args);
    return claims.filter((_, index) => results[index] === 'not-held');
  }

  /** Acknowledges a message: it leaves the queue. */
  async acknowledge(redis: Redis, claim: Claim): Promise<'acknowledged' | 'not-held'> {
    const { processing, leases, holders } = this.keys;
    return scripts.acknowledge.run(redis, [processing, leases, holders], [claim.text, claim.nonce]);
  }

  /** Retries a failed message after `delayMs`, or dead-letters it after `maxRetries`. */
  async retry(
    redis: Redis,
    claim: Claim,
    options: { delayMs: number; maxRetries: number; code: string; reason: string },
  ): Promise<'retried' | 'dead-lettered' | 'not-held'> {
    const { processing, leases, holders, delayed, deadLetters } = this.keys;
    return scripts.retry.run(
      redis,
      [processing, leases, holders, delayed, deadLetters],
      [claim.text, claim.nonce, options.delayMs, options.maxRetries, this.name, errorJson(options)],
    );
  }

  /** Dead-letters a message at once. */
  async deadLetter(
    redis: Redis,
    claim: Claim,
    error: { code: string; reason: string },
  ): Promise<'dead-lettered' | 'not-held'> {
    const { processing, leases, holders, deadLetters } = this.keys;
    return scripts.deadLetter.run(
      redis,
      [processing, leases, holders, deadLetters],
      [claim.text, claim.nonce, this.name, errorJson(error)],
    );
  }

  /**
   * Returns messages unchanged; they are claimed next.
   * @param texts in claim order. @default all claims of the nonce
   * @returns how many were returned.
   */
  async giveBack(redis: Redis, nonce: string, texts: readonly string[] = []): Promise<number> {
    const { main, processing, leases, holders } = this.keys;
    return scripts.giveBack.run(redis, [main, processing, leases, holders], [nonce, ...texts]);
  }

  /** Requeues claims whose lease has expired, at most `limit`. */
  async reclaim(
    redis: Redis,
    options: { limit: number; maxRetries: number },
  ): Promise<{ requeued: number; deadLettered: number; vanished: number }> {
    const { main, processing, leases, holders, deadLetters } = this.keys;
    const [requeued, deadLettered, vanished] = await scripts.reclaim.run(
      redis,
      [main, processing, leases, holders, deadLetters],
      [options.limit, options.maxRetries, this.name],
    );
    return { requeued, deadLettered, vanished };
  }

  /** Moves due retries back to the queue. @returns how many. */
  async requeueDelayed(redis: Redis, limit: number): Promise<number> {
    return scripts.requeueDelayed.run(redis, [this.keys.delayed, this.keys.main], [limit]);
  }

  /** Adds a lease to claims of plain consumers. @returns how many. */
  async adopt(redis: Redis, options: { limit: number; leaseMs: number }): Promise<number> {
    const { processing, leases, holders } = this.keys;
    return scripts.adopt.run(redis, [processing, leases, holders], [options.leaseMs, options.limit]);
  }

  /** Depths and ages. */
  async inspect(redis: Redis): Promise<QueueState> {
    const { main, processing, holders, delayed, deadLetters, leases, examined, operator } = this.keys;
    const [depth, claimed, waiting, dead, oldest, claimAgeMs, nowMs] = await scripts.inspect.run(
      redis,
      [main, processing, holders, delayed, deadLetters, leases, examined, operator],
      [ageSample],
    );
    return {
      depth,
      processing: claimed,
      delayed: waiting,
      deadLetters: dead,
      oldestMessageSeconds: Math.max(0, (nowMs - Date.parse(oldest)) / 1000) || 0,
      oldestClaimSeconds: Math.max(0, claimAgeMs / 1000),
    };
  }

  /** As `page`, in bytes: entries of other clients may be invalid UTF-8, and only their bytes match them again. */
  async pageOfBytes(
    redis: Redis,
    listing: Listing,
    { from, offset, count }: { from: End; offset: number; count: number },
  ): Promise<Buffer[]> {
    if (count <= 0) return [];
    if (listing === 'deadLetters') return (await pageOfLetters(redis, this.keys, { from, offset, count })).letters;
    if (from === 'newest') return redis.lrangeBuffer(this.keys[listing], offset, offset + count - 1);
    return (await redis.lrangeBuffer(this.keys[listing], -(offset + count), -(offset + 1))).reverse();
  }

  /** One page of a list, counted from the end `from`. */
  async page(redis: Redis, listing: Listing, options: { from: End; offset: number; count: number }): Promise<string[]> {
    return (await this.pageOfBytes(redis, listing, options)).map(String);
  }

  /**
   * Sends dead letters near the end `from` back to the queue with `retry_count` 0 and `redrive_count` + 1. Idempotent. A pass over
   * all letters is in `queue/operations/dead-letter-pass.ts`.
   */
  async redrive(redis: Redis, letters: readonly (string | Buffer)[], from: End): Promise<RedriveResult[]> {
    const decisions = letters.map((letter) => redriveDecision(letter, readDeadLetter(String(letter))));
    const moves = decisions.filter((decision) => typeof decision === 'object');
    const results = await this.settleNear(redis, moves, from);
    return decisions.map((decision) => (typeof decision === 'string' ? decision : (results.shift() ?? 'not-found')));
  }

  /** Deletes dead letters near the end `from`. */
  discard(redis: Redis, letters: readonly (string | Buffer)[], from: End): Promise<RedriveResult[]> {
    return this.settleNear(
      redis,
      letters.map((letter) => ({ action: 'discard', letter })),
      from,
    );
  }

  private async settleNear(
    redis: Redis,
    decisions: readonly Decision[],
    from: End,
  ): Promise<(SettleResult | 'busy')[]> {
    const results = await settle(redis, this.keys, '-', decisions, { from, reach: reachFor(decisions.length) });
    return decisions.map((_, index) => results[index] ?? 'busy');
  }
}

function errorJson({ code, reason }: { code: string; reason: string }): string {
  return JSON.stringify({ code, message: reason });
}
