import { isUtf8 } from 'node:buffer';
import type { Redis } from 'ioredis';
import { type FailureDetails, readDeadLetter } from '../contract/dead-letter';
import { type Decision, type NotRedriven, pageOfLetters, reachFor, redriveDecision, settle } from './dead-letters';
import { isoTimeOf } from './iso-time';
import { keysOf, type QueueKeys } from './keys';
import { scripts, type SettleResult } from './scripts';

/** A claimed message. */
export interface Claim {
  /** Identifies the claim: whoever no longer holds it changes nothing. */
  readonly id: string;
  /** As in Redis; bytes where the text is not UTF-8. */
  readonly text: string | Buffer;
}

/** What a consumer is done with, and which prefetched messages it begins to work on. */
export interface Steps {
  readonly done: readonly Claim[];
  readonly starting: readonly Claim[];
}

/** How a consumer claims. */
export interface ClaimOptions {
  /** Unique for each call; the part before its first dot identifies the consumer's process. */
  readonly nonce: string;
  /** The holder's name for operators. */
  readonly consumer: string;
  readonly count: number;
  /** How many of the messages count as started at once. */
  readonly starting: number;
  readonly leaseMs: number;
  /** Messages that the consumer holds already. @default 0 */
  readonly holding?: number;
  /** How long the consumer is going to wait if it gets nothing. @default 0 */
  readonly waitMs?: number;
  /** For claims of dead consumers that this call finds. @default 3 */
  readonly maxRetries?: number;
}

/**
 * Why a call claimed what it did. `alone`: the message may have killed its former consumer, so nothing may run beside it.
 * `wait-alone`: such a message is next, and the consumer holds others. `wait-main` and `wait-wake`: nothing waits, and where to
 * wait for a message.
 */
export type ClaimState = 'claimed' | 'alone' | 'wait-alone' | 'paused' | 'revoked' | 'wait-main' | 'wait-wake';

/** What a call of `claim` has claimed. */
export interface Claimed {
  readonly state: ClaimState;
  readonly claims: Claim[];
  /** Until the next delayed message is due. */
  readonly nextDueMs?: number;
  /** For each step, whether it was held. */
  readonly held?: readonly boolean[];
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
  /** Seconds since a consumer last claimed or waited, to within five; undefined if none has, as with plain consumers. */
  readonly consumerSeenSeconds?: number;
  /** Since when the queue is paused and why; undefined if it is not. */
  readonly paused?: string;
}

/** Why a message failed: the dead letter's `error`. */
export interface Failure {
  readonly code: string;
  readonly reason: string;
  readonly details?: FailureDetails;
}

/** The lists that can be read page by page. */
export type Listing = 'main' | 'processing' | 'deadLetters';

/** Which end of a list a page is counted from; the cost grows with the distance from that end, not with the depth. */
export type End = 'newest' | 'oldest';

/** The result of redriving one dead letter; `busy` while an operator's pass has its turn. */
export type RedriveResult = SettleResult | NotRedriven | 'busy';

/** Entries that the ages are computed from, oldest first. */
const ageSample = 20;
/** Bytes after which a claim takes no further message: a reply of many large ones would need as much memory in Redis again. */
const claimBytes = 500_000;
/** Bytes after which one window of a sweep ends: Redis hashes them meanwhile. */
const sweepBytes = 1_000_000;

/**
 * One subscription's queue. Each method is one atomic step, safe to repeat, and does nothing if the caller no longer holds
 * the claim. Methods take the connection as an argument, since connections are replaced. They round times to whole
 * milliseconds, which the scripts require.
 */
export class ModelQueue {
  readonly keys: QueueKeys;

  constructor(readonly name: string) {
    this.keys = keysOf(name);
  }

  /**
   * Takes up to `count` messages, the oldest first; fewer if they are large.
   * @param steps are done before, as by `advance`, whose result is `held`
   */
  async claim(redis: Redis, options: ClaimOptions, steps?: Steps): Promise<Claimed> {
    const { main, processing, delayed, deadLetters, state, claims, leases, isolated, revoked, idle, wake } = this.keys;
    const [found, nextDueMs, results, ...rest] = await scripts.claim.runBytes(
      redis,
      [state, main, processing, claims, leases, delayed, isolated, revoked, deadLetters, idle, wake],
      [
        options.nonce,
        options.consumer,
        options.count,
        options.starting,
        Math.round(options.leaseMs),
        claimBytes,
        options.holding ?? 0,
        Math.round(options.waitMs ?? 0),
        options.maxRetries ?? 3,
        this.name,
        ...stepArguments(steps),
      ],
    );
    const texts = rest.filter((_, index) => index % 2 === 1);
    return {
      state: String(found) as ClaimState,
      claims: texts.map((text, index) => ({ id: String(rest[2 * index]), text: isUtf8(text) ? String(text) : text })),
      ...(nextDueMs < 0 ? {} : { nextDueMs }),
      ...(steps === undefined ? {} : { held: results.map((result) => String(result) !== 'not-held') }),
    };
  }

  /**
   * Blocks in Redis, at most `seconds`, until there may be a message. On the main list a message stays in place: BLMOVE from the
   * right end to the right end. A client that dies, or a lost reply, therefore loses nothing; `claim` takes the message.
   */
  async awaitMessage(redis: Redis, seconds: number, state: 'wait-main' | 'wait-wake' = 'wait-main'): Promise<void> {
    // 0 would block without a limit.
    const limit = Math.max(0.01, seconds);
    if (state === 'wait-wake') await redis.brpop(this.keys.wake, limit);
    else await redis.blmove(this.keys.main, this.keys.main, 'RIGHT', 'RIGHT', limit);
  }

  /** Marks a prefetched message as started. */
  async start(redis: Redis, claim: Claim, leaseMs: number): Promise<'started' | 'not-held'> {
    const { state, claims, leases } = this.keys;
    return scripts.start.run(redis, [state, claims, leases], [claim.id, Math.round(leaseMs)]);
  }

  /** Renews leases. @returns the claims that are no longer held. */
  async extend<C extends Claim>(redis: Redis, held: readonly C[], leaseMs: number): Promise<C[]> {
    if (held.length === 0) return [];
    const { state, claims, leases } = this.keys;
    const args = [Math.round(leaseMs), held.length, ...held.map(({ id }) => id)];
    const results = await scripts.extend.run(redis, [state, claims, leases], args);
    return held.filter((_, index) => results[index] === 'not-held');
  }

  /** Acknowledges a message: it leaves the queue. */
  async acknowledge(redis: Redis, claim: Claim): Promise<'acknowledged' | 'not-held'> {
    const { state, processing, claims, leases } = this.keys;
    return scripts.acknowledge.run(redis, [state, processing, claims, leases], [claim.id, claim.text]);
  }

  /**
   * Acknowledges messages and marks prefetched ones as started, in one step.
   * @returns for each, the acknowledged ones first, whether it was held
   */
  async advance(redis: Redis, steps: Steps, leaseMs: number): Promise<boolean[]> {
    const { state, processing, claims, leases } = this.keys;
    const args = [Math.round(leaseMs), ...stepArguments(steps)];
    const results = await scripts.advance.run(redis, [state, processing, claims, leases], args);
    return results.map((result) => result !== 'not-held');
  }

  /** Retries a failed message after `delayMs`, or dead-letters it after `maxRetries`. */
  async retry(
    redis: Redis,
    claim: Claim,
    options: Failure & { readonly delayMs: number; readonly maxRetries: number },
  ): Promise<'retried' | 'dead-lettered' | 'not-held'> {
    const { state, processing, claims, leases, delayed, deadLetters } = this.keys;
    return scripts.retry.run(
      redis,
      [state, processing, claims, leases, delayed, deadLetters],
      [claim.id, claim.text, Math.round(options.delayMs), options.maxRetries, this.name, errorJson(options)],
    );
  }

  /**
   * Postpones a message by `delayMs`; the attempt does not count.
   * @returns `too-late` if it was first snoozed more than `limitMs` ago; it is still claimed then.
   */
  async snooze(
    redis: Redis,
    claim: Claim,
    { delayMs, limitMs }: { readonly delayMs: number; readonly limitMs: number },
  ): Promise<'snoozed' | 'too-late' | 'not-held'> {
    const { state, processing, claims, leases, delayed } = this.keys;
    return scripts.snooze.run(
      redis,
      [state, processing, claims, leases, delayed],
      [claim.id, claim.text, Math.round(delayMs), Math.round(limitMs)],
    );
  }

  /** Dead-letters a message at once. */
  async deadLetter(redis: Redis, claim: Claim, error: Failure): Promise<'dead-lettered' | 'not-held'> {
    const { state, processing, claims, leases, deadLetters } = this.keys;
    return scripts.deadLetter.run(
      redis,
      [state, processing, claims, leases, deadLetters],
      [claim.id, claim.text, this.name, errorJson(error)],
    );
  }

  /**
   * Returns messages unchanged; they are claimed next.
   * @param held in claim order.
   * @returns how many were returned.
   */
  async giveBack(redis: Redis, held: readonly Claim[]): Promise<number> {
    if (held.length === 0) return 0;
    const { state, main, processing, claims, leases, isolated } = this.keys;
    return scripts.giveBack.run(
      redis,
      [state, main, processing, claims, leases, isolated],
      [held.length, ...held.flatMap(({ id, text }) => [id, text])],
    );
  }

  /**
   * Returns what a call of `claim` has claimed if its reply was lost, and refuses the call if it arrives later.
   * @returns how many were returned.
   */
  async revoke(redis: Redis, nonce: string): Promise<number> {
    const { state, main, processing, claims, leases, isolated, revoked } = this.keys;
    return scripts.revoke.run(redis, [state, main, processing, claims, leases, isolated, revoked], [nonce]);
  }

  /** Another idle consumer takes the place of one that stops. @param instance the part of its nonces before the first dot */
  async leave(redis: Redis, instance: string): Promise<'left' | 'absent'> {
    return scripts.leave.run(redis, [this.keys.state, this.keys.idle, this.keys.wake], [instance]);
  }

  /** One window of the sweep that `maintain` makes, from the entry `from` entries before the old end to older ones. */
  async sweep(
    redis: Redis,
    options: { from: number; count: number; plainLeaseMs: number; maxRetries: number },
  ): Promise<{ examined: number; requeued: number; deadLettered: number; adopted: number; nowMs: number }> {
    const { state, main, processing, claims, leases, isolated, deadLetters, formerLeases } = this.keys;
    const [examined, requeued, deadLettered, adopted, nowMs] = await scripts.sweep.run(
      redis,
      [state, main, processing, claims, leases, isolated, deadLetters, formerLeases],
      [options.from, options.count, sweepBytes, options.plainLeaseMs, options.maxRetries, this.name],
    );
    return { examined, requeued, deadLettered, adopted, nowMs };
  }

  /** Drops claims that ended before a complete sweep, which has not found their messages. @returns how many. */
  async forget(redis: Redis, beforeMs: number, limit: number): Promise<number> {
    const { state, claims, leases } = this.keys;
    return scripts.forget.run(redis, [state, claims, leases], [beforeMs, limit]);
  }

  /** Requeues expired claims of consumers with key format 1. */
  async reclaimFormat1(
    redis: Redis,
    options: { limit: number; maxRetries: number },
  ): Promise<{ requeued: number; deadLettered: number; vanished: number }> {
    const { state, main, processing, formerLeases, formerHolders, isolated, deadLetters, claims } = this.keys;
    const [requeued, deadLettered, vanished] = await scripts.reclaimFormat1.run(
      redis,
      [state, main, processing, formerLeases, formerHolders, isolated, deadLetters, claims],
      [options.limit, options.maxRetries, this.name],
    );
    return { requeued, deadLettered, vanished };
  }

  /**
   * Stops claiming, within seconds, by every consumer but plain ones.
   * @param reason for operators: who and why
   * @returns the pause, as `inspect` returns it
   */
  async pause(redis: Redis, reason = ''): Promise<string> {
    const [seconds] = await redis.time();
    const paused = `${isoTimeOf(Number(seconds) * 1000)} ${reason}`.trim();
    await redis.hset(this.keys.state, 'paused', paused);
    return paused;
  }

  /** Ends a pause. @returns false if there was none. */
  async resume(redis: Redis): Promise<boolean> {
    return (await redis.hdel(this.keys.state, 'paused')) === 1;
  }

  /** Moves due retries back to the queue. @returns how many. */
  async requeueDelayed(redis: Redis, limit: number): Promise<number> {
    const { state, main, delayed } = this.keys;
    return scripts.requeueDelayed.run(redis, [state, main, delayed], [limit]);
  }

  /** Depths and ages. */
  async inspect(redis: Redis): Promise<QueueState> {
    const { state, main, processing, claims, delayed, deadLetters, ...typed } = this.keys;
    const { leases, isolated, revoked, idle, wake, formerLeases, formerHolders, examined, operator } = typed;
    const [depth, claimed, waiting, dead, oldest, claimAgeMs, nowMs, paused, seenMs] = await scripts.inspect.run(
      redis,
      [
        ...[state, main, processing, claims, delayed, deadLetters],
        ...[leases, isolated, revoked, idle, wake, formerLeases, formerHolders, examined, operator],
      ],
      [ageSample],
    );
    return {
      depth,
      processing: claimed,
      delayed: waiting,
      deadLetters: dead,
      oldestMessageSeconds: Math.max(0, (nowMs - Date.parse(oldest)) / 1000) || 0,
      oldestClaimSeconds: Math.max(0, claimAgeMs / 1000),
      ...(seenMs < 0 ? {} : { consumerSeenSeconds: seenMs / 1000 }),
      ...(paused === '' ? {} : { paused }),
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

function stepArguments({ done, starting }: Steps = { done: [], starting: [] }): (string | number | Buffer)[] {
  const texts = done.flatMap(({ id, text }) => [id, text]);
  return [done.length, starting.length, ...texts, ...starting.map(({ id }) => id)];
}

function errorJson({ code, reason, details }: Failure): string {
  return JSON.stringify({ code, message: reason, ...details });
}
