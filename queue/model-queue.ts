import { isUtf8 } from 'node:buffer';
import type { Redis } from 'ioredis';
import { type DeadLetterReading, readDeadLetter } from '../contract/dead-letter';
import { redrivenText } from '../contract/message';
import { keysOf, type QueueKeys } from './keys';
import { scripts } from './scripts';

/** A text in a consumer's hands; `nonce` proves that the claim is still the same one. */
export interface Claim {
  readonly text: string;
  readonly nonce: string;
}

/** How much stands where, and how old the oldest is. */
export interface QueueState {
  readonly depth: number;
  readonly processing: number;
  readonly delayed: number;
  readonly deadLetters: number;
  /** Seconds since the event of the oldest waiting message that no replay brought; 0 where none waits. */
  readonly oldestMessageSeconds: number;
  /** Seconds since the oldest claim; 0 where there is none. */
  readonly oldestClaimSeconds: number;
}

/** The lists that can be looked through a page at a time. */
export type Listing = 'main' | 'processing' | 'deadLetters';

/** Which end of a list a page is counted from; the cost grows with the distance from that end, not with the depth. */
export type End = 'newest' | 'oldest';

/** What became of one dead letter in a redrive. */
export type RedriveResult =
  | 'redriven'
  /** It is not there any more: somebody else was quicker. */
  | 'not-found'
  /** The publisher refused the event: it has to go through the buffer again, so that it is validated again. */
  | 'needs-buffer'
  /** Not one of our dead letters. */
  | 'foreign';

/** A dead letter that the caller has read already. */
export interface ReadLetter {
  readonly letter: Buffer;
  readonly reading: DeadLetterReading;
}

/** Entries looked at for the ages, from the old end. */
const ageSample = 20;
/** Retries that one claim moves when they are due. */
const dueAtOnce = 100;

/**
 * One subscription's queue: each method is one atomic step, safe to repeat, and does nothing for whoever does not hold
 * the claim any more. Methods take the connection, since connections are replaced and a queue is not.
 */
export class ModelQueue {
  readonly keys: QueueKeys;

  constructor(readonly name: string) {
    this.keys = keysOf(name);
  }

  /**
   * Takes up to `count` messages, the oldest first; the first `starting` of them count as started.
   * @returns the texts, and ms until the next delayed message is due where the queue gave fewer than asked for.
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
   * Waits in Redis, at most `seconds`, until the queue has a message, and leaves it there: it moves from the right end to
   * the right end. So a wait whose client has died, or whose reply is lost, takes nothing away; `claim` does the taking.
   * The price: one message wakes every consumer that waits.
   */
  async awaitMessage(redis: Redis, seconds: number): Promise<void> {
    // 0 would wait for ever.
    await redis.blmove(this.keys.main, this.keys.main, 'RIGHT', 'RIGHT', Math.max(0.01, seconds));
  }

  /** Marks a prefetched message as started. */
  async start(redis: Redis, claim: Claim, leaseMs: number): Promise<'started' | 'not-held'> {
    return scripts.start.run(redis, [this.keys.leases, this.keys.holders], [claim.text, claim.nonce, leaseMs]);
  }

  /** Renews leases. @returns the claims that are not held any more. */
  async extend<C extends Claim>(redis: Redis, claims: readonly C[], leaseMs: number): Promise<C[]> {
    if (claims.length === 0) return [];
    const args = [leaseMs, ...claims.flatMap(({ nonce, text }) => [nonce, text])];
    const results = await scripts.extend.run(redis, [this.keys.leases, this.keys.holders], args);
    return claims.filter((_, index) => results[index] === 'not-held');
  }

  /** The message is done. */
  async acknowledge(redis: Redis, claim: Claim): Promise<'acknowledged' | 'not-held'> {
    const { processing, leases, holders } = this.keys;
    return scripts.acknowledge.run(redis, [processing, leases, holders], [claim.text, claim.nonce]);
  }

  /** The message failed: it comes again after `delayMs`, or becomes a dead letter after `maxRetries`. */
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

  /** The message becomes a dead letter at once. */
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
   * Returns messages unchanged, to be taken next.
   * @param texts in the order of their claim; all that the nonce holds where left out.
   * @returns how many went back.
   */
  async giveBack(redis: Redis, nonce: string, texts: readonly string[] = []): Promise<number> {
    const { main, processing, leases, holders } = this.keys;
    return scripts.giveBack.run(redis, [main, processing, leases, holders], [nonce, ...texts]);
  }

  /** Returns claims whose lease ran out, at most `limit`. */
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

  /** Moves retries that are due back to the queue. @returns how many. */
  async requeueDelayed(redis: Redis, limit: number): Promise<number> {
    return scripts.requeueDelayed.run(redis, [this.keys.delayed, this.keys.main], [limit]);
  }

  /** Gives a lease to claims that have none (plain consumers'). @returns how many. */
  async adopt(redis: Redis, options: { limit: number; leaseMs: number }): Promise<number> {
    const { processing, leases, holders } = this.keys;
    return scripts.adopt.run(redis, [processing, leases, holders], [options.leaseMs, options.limit]);
  }

  /** Depths and ages. */
  async inspect(redis: Redis): Promise<QueueState> {
    const { main, processing, holders, delayed, deadLetters, leases } = this.keys;
    const [depth, claimed, waiting, dead, oldest, claimAgeMs, nowMs] = await scripts.inspect.run(
      redis,
      [main, processing, holders, delayed, deadLetters, leases],
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

  /** The same as bytes: what somebody else pushed need not be text, and then only its bytes find it again. */
  async pageOfBytes(
    redis: Redis,
    listing: Listing,
    { from, offset, count }: { from: End; offset: number; count: number },
  ): Promise<Buffer[]> {
    if (count <= 0) return [];
    if (from === 'newest') return redis.lrangeBuffer(this.keys[listing], offset, offset + count - 1);
    return (await redis.lrangeBuffer(this.keys[listing], -(offset + count), -(offset + 1))).reverse();
  }

  /** One page of a list, beginning at the chosen end. */
  async page(redis: Redis, listing: Listing, options: { from: End; offset: number; count: number }): Promise<string[]> {
    return (await this.pageOfBytes(redis, listing, options)).map(String);
  }

  /** Sends dead letters back to the queue, `retry_count` 0 and one more `redrive_count`. Twice moves them once. */
  async redrive(redis: Redis, letters: readonly (string | Buffer | ReadLetter)[], from: End): Promise<RedriveResult[]> {
    const plans = letters.map((entry) => {
      const { letter, reading } =
        typeof entry === 'object' && 'reading' in entry
          ? entry
          : { letter: entry, reading: readDeadLetter(String(entry)) };
      // Bytes that are no text would come back as other ones.
      if (reading.kind === 'foreign' || (typeof letter === 'object' && !isUtf8(letter))) return 'foreign';
      return reading.deadLetter.failed_by === 'publisher'
        ? 'needs-buffer'
        : { letter, text: redrivenText(reading.messageText) };
    });
    const moves = plans.filter((plan) => typeof plan === 'object');
    if (moves.length === 0) return plans.filter((plan) => typeof plan === 'string');
    const results = await scripts.redrive.run(
      redis,
      [this.keys.deadLetters, this.keys.main],
      [from === 'newest' ? 1 : -1, ...moves.flatMap(({ letter, text }) => [letter, text])],
    );
    return plans.map((plan) => (typeof plan === 'string' ? plan : (results.shift() ?? 'not-found')));
  }

  /** Deletes dead letters for good. */
  async discard(
    redis: Redis,
    letters: readonly (string | Buffer)[],
    from: End,
  ): Promise<('discarded' | 'not-found')[]> {
    if (letters.length === 0) return [];
    return scripts.discard.run(redis, [this.keys.deadLetters], [from === 'newest' ? 1 : -1, ...letters]);
  }
}

function errorJson({ code, reason }: { code: string; reason: string }): string {
  return JSON.stringify({ code, message: reason });
}
