import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import { maintain, type MaintenanceReport } from '../../queue/maintenance';
import { type Claim, type ClaimState, type End, ModelQueue, type Steps } from '../../queue/model-queue';
import { releaseClaims } from '../../queue/operations/claims';
import { idOf } from '../../queue/operations/summary';
import { expectEqual } from './comparison';
import { Ledger } from './ledger';
import { QueueModel } from './queue-model';
import { moveTimes, readState } from './redis-state';
import { retriesOf, withoutSnooze } from './texts';

/** Settings of all scenarios; times in minutes, since the model counts in them. */
export const settings = { leaseMinutes: 2, plainLeaseMinutes: 15, pauseMinutes: 1, maxRetries: 2 } as const;

const leaseMs = settings.leaseMinutes * 60_000;
const plainLeaseMs = settings.plainLeaseMinutes * 60_000;
/** Longer than any scenario, in which time passes for leases and retries only. */
const waitMs = 86_400_000;

/** A claimed message of a scenario, whose texts are valid UTF-8. */
export interface TextClaim extends Claim {
  readonly text: string;
}

/** How a consumer claims. */
export interface Demand {
  readonly nonce: string;
  readonly count: number;
  readonly starting: number;
  /** Messages that it holds already. */
  readonly holding: number;
}

/**
 * A queue in Redis and its model: each operation runs in both, and both have to return the same result;
 * `check()` compares their contents.
 */
export class CheckedQueue {
  readonly queue: ModelQueue;
  readonly model = new QueueModel();
  readonly ledger = new Ledger(settings.maxRetries);
  private pinnedMs = 0;
  private pinned: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly redis: Redis,
    name: string,
  ) {
    this.queue = new ModelQueue(name);
  }

  get name(): string {
    return this.queue.name;
  }

  /** @param finished are acknowledged in the same step */
  async claim(
    consumer: string,
    demand: Demand,
    finished: readonly TextClaim[] = [],
  ): Promise<{ state: ClaimState; claims: TextClaim[] }> {
    const { leaseMinutes, maxRetries } = settings;
    const options = { ...demand, consumer, leaseMs, waitMs, maxRetries };
    const steps = { done: finished, starting: [] };
    const { state, claims, nextDueMs, held = [] } = await this.queue.claim(this.redis, options, steps);
    this.checkSteps(held, steps);
    const expected = this.model.claim({ ...demand, consumer, leaseMinutes, maxRetries });
    const texts = claims.map(({ id, text }) => ({ id, text: String(text) }));
    assert.deepEqual(
      texts,
      expected.taken.map(({ id, text }) => ({ id, text })),
      'claimed texts',
    );
    assert.equal(state, expected.state, 'state of the claim');
    const nextDue = state !== 'revoked' && state !== 'paused' && this.model.delayed.size > 0;
    assert.equal(nextDueMs !== undefined, nextDue, 'a claim returns when the next message is due');
    for (const { text, started, alone } of expected.taken) {
      if (started) this.ledger.begin(text);
      if (alone) this.ledger.beginAlone(text, demand.holding);
    }
    return { state, claims: texts };
  }

  /** A consumer that waits on the wake list gets its entry. */
  async takeWake(): Promise<void> {
    await this.queue.awaitMessage(this.redis, 1, 'wait-wake');
    this.model.wake = 0;
  }

  async start(claim: TextClaim): Promise<string> {
    const outcome = await this.queue.start(this.redis, claim, leaseMs);
    assert.equal(outcome, this.model.start(claim.id, settings.leaseMinutes), 'start');
    if (outcome === 'started') this.ledger.begin(claim.text);
    return outcome;
  }

  /** @returns the claims that are lost. */
  async extend<C extends TextClaim>(claims: readonly C[]): Promise<C[]> {
    const lost = await this.queue.extend(this.redis, claims, leaseMs);
    const expected = claims.filter(({ id }) => !this.model.extend(id, settings.leaseMinutes));
    assert.deepEqual(lost, expected, 'lost claims');
    return lost;
  }

  async acknowledge(claim: TextClaim): Promise<string> {
    const outcome = await this.queue.acknowledge(this.redis, claim);
    assert.equal(outcome, this.model.acknowledge(claim.id), 'acknowledge');
    if (outcome === 'acknowledged') this.ledger.finish(claim.text);
    return outcome;
  }

  /** Acknowledges what is started, and starts what is only prefetched. @returns the outcome of each */
  async advance(done: readonly TextClaim[], starting: readonly TextClaim[]): Promise<string[]> {
    return this.checkSteps(await this.queue.advance(this.redis, { done, starting }, leaseMs), { done, starting });
  }

  private checkSteps(
    held: readonly boolean[],
    { done, starting }: Record<keyof Steps, readonly TextClaim[]>,
  ): string[] {
    const expected = [
      ...done.map(({ id }) => this.model.acknowledge(id)),
      ...starting.map(({ id }) => this.model.start(id, settings.leaseMinutes)),
    ];
    assert.deepEqual(
      held,
      expected.map((outcome) => outcome !== 'not-held'),
      'advance',
    );
    done.forEach(({ text }, index) => {
      if (held[index] === true) this.ledger.finish(text);
    });
    starting.forEach(({ text }, index) => {
      if (held[done.length + index] === true) this.ledger.begin(text);
    });
    return expected;
  }

  async retry(claim: TextClaim): Promise<string> {
    const { pauseMinutes, maxRetries } = settings;
    const options = { delayMs: pauseMinutes * 60_000, maxRetries, code: 'HANDLER_FAILED', reason: 'no' };
    const outcome = await this.queue.retry(this.redis, claim, options);
    assert.equal(outcome, this.model.retry(claim.id, { pauseMinutes, maxRetries }), 'retry');
    return outcome;
  }

  async snooze(claim: TextClaim): Promise<string> {
    const { pauseMinutes } = settings;
    const limits = { delayMs: pauseMinutes * 60_000, limitMs: 86_400_000 };
    const outcome = await this.queue.snooze(this.redis, claim, limits);
    const snoozed = retriesOf(claim.text) === undefined ? undefined : await this.snoozedText(claim.text);
    assert.equal(outcome, this.model.snooze(claim.id, snoozed, pauseMinutes), 'snooze');
    return outcome;
  }

  async deadLetter(claim: TextClaim): Promise<string> {
    const outcome = await this.queue.deadLetter(this.redis, claim, { code: 'REFUSED', reason: 'no' });
    assert.equal(outcome, this.model.deadLetter(claim.id), 'dead-letter');
    return outcome;
  }

  async giveBack(claims: readonly TextClaim[]): Promise<number> {
    const returned = await this.queue.giveBack(this.redis, claims);
    assert.equal(returned, this.model.giveBack(claims), 'how many were given back');
    return returned;
  }

  async revoke(nonce: string): Promise<number> {
    const returned = await this.queue.revoke(this.redis, nonce);
    assert.equal(returned, this.model.revoke(nonce), 'how many a revoked call returned');
    return returned;
  }

  async takePlainly(): Promise<string | undefined> {
    const { main, processing } = this.queue.keys;
    // Redis returns null for an empty list, although ioredis declares a string.
    const text = ((await this.redis.lmove(main, processing, 'RIGHT', 'LEFT')) as string | null) ?? undefined;
    assert.equal(text, this.model.takePlainly(), 'what a plain consumer takes');
    if (text !== undefined) this.ledger.begin(text);
    return text;
  }

  async finishPlainly(text: string): Promise<number> {
    const removed = await this.redis.lrem(this.queue.keys.processing, 1, text);
    assert.equal(removed, this.model.finishPlainly(text), 'what a plain consumer removes');
    if (removed > 0) this.ledger.finishPlainly(text);
    return removed;
  }

  async requeueDelayed(): Promise<number> {
    const moved = await this.queue.requeueDelayed(this.redis, 1000);
    assert.equal(moved, this.model.requeueDelayed(), 'moved');
    return moved;
  }

  /** One window of a sweep. */
  async sweep(from: number, count: number): Promise<{ requeued: number; deadLettered: number; adopted: number }> {
    const { maxRetries, plainLeaseMinutes } = settings;
    const { nowMs: _, ...report } = await this.queue.sweep(this.redis, { from, count, plainLeaseMs, maxRetries });
    assert.deepEqual(report, this.model.sweep({ from, count, maxRetries, plainLeaseMinutes }), 'swept');
    return report;
  }

  /** One maintenance pass by a monitor for each connection, concurrently; the pass takes effect once. */
  async maintain(...monitors: readonly Redis[]): Promise<MaintenanceReport> {
    const { plainLeaseMinutes, maxRetries } = settings;
    const options = { plainLeaseSeconds: plainLeaseMinutes * 60, maxRetries };
    await this.pinned;
    const reports = await Promise.all(monitors.map((redis) => maintain(redis, this.queue, options)));
    const together = { moved: 0, requeued: 0, deadLettered: 0, vanished: 0, adopted: 0, returned: 0 };
    for (const report of reports) {
      for (const name of Object.keys(together) as (keyof typeof together)[]) together[name] += report[name];
    }
    const moved = this.model.requeueDelayed();
    const all = { from: Infinity, count: Infinity };
    const { examined: _, ...swept } = this.model.sweep({ ...all, maxRetries, plainLeaseMinutes });
    assert.deepEqual(together, { moved, ...swept, vanished: this.model.forget(), returned: 0 }, 'maintenance');
    return together;
  }

  async redrive(letter: string, from: End): Promise<string | undefined> {
    const [outcome] = await this.queue.redrive(this.redis, [letter], from);
    if (outcome !== 'needs-buffer') assert.equal(outcome, this.model.redrive(letter, from), 'redrive');
    return outcome;
  }

  async discard(letter: string, from: End): Promise<string | undefined> {
    const [outcome] = await this.queue.discard(this.redis, [letter], from);
    assert.equal(outcome, this.model.discard(letter, from), 'discard');
    return outcome;
  }

  /** By an operator, without the claim's id. */
  async releaseClaim(text: string): Promise<string | undefined> {
    const [outcome] = (await releaseClaims(this.redis, this.queue, [idOf(text)])).outcomes;
    const held = [...this.model.claims.values()].find((each) => each.text === text);
    const expected = !this.model.processing.includes(text)
      ? 'not-found'
      : held === undefined
        ? 'no-lease-yet'
        : this.model.giveBack([held]) === 1 && 'released';
    const result = outcome?.result;
    assert.equal(result, expected, 'release');
    return result;
  }

  /** By an operator. @returns whether the queue is paused now. */
  async pauseOrResume(): Promise<boolean> {
    this.model.paused = !this.model.paused;
    await (this.model.paused ? this.queue.pause(this.redis, 'an operator') : this.queue.resume(this.redis));
    return this.model.paused;
  }

  /** @throws AssertionError where Redis differs from the model or violates a guarantee of the ledger. */
  async check(): Promise<void> {
    const state = await readState(this.redis, this.queue.keys);
    // Guarantees first: a violation explains more than a difference from the model.
    this.ledger.check(state);
    this.model.learnPlainIds(state.plainIds);
    expectEqual(this.name, state, this.model, this.pinnedMs);
    this.model.learnLetters(state.deadLetters.map(({ letter }) => letter));
    this.pinTimes(state.nowMs);
  }

  /** After everything was taken from the queue and acknowledged. */
  async checkDrained(): Promise<void> {
    this.ledger.checkDrained(await readState(this.redis, this.queue.keys));
  }

  minutesPass(minutes: number): void {
    this.model.minutesPass(minutes);
    this.pinTimes(this.pinnedMs);
  }

  /** The text in the delayed set, if it is new there: it contains a time. */
  private async snoozedText(text: string): Promise<string> {
    if (withoutSnooze(text) !== text) return text;
    const delayed = await this.redis.zrange(this.queue.keys.delayed, 0, -1);
    const found = delayed.find(
      (each) => !this.model.delayed.has(each) && each !== text && withoutSnooze(each) === text,
    );
    return found ?? text;
  }

  private pinTimes(nowMs: number): void {
    // A pause below a minute counts as one, so that a stalled machine does not end it.
    for (const [text, minutes] of this.model.delayed) this.model.delayed.set(text, Math.ceil(minutes));
    this.pinnedMs = nowMs;
    // Only other connections have to wait for this; commands on the same connection run in order.
    this.pinned = moveTimes(this.redis, this.queue.keys, this.model, nowMs);
  }
}
