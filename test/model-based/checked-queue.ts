import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import { maintain, type MaintenanceReport } from '../../queue/maintenance';
import { type Claim, type End, ModelQueue } from '../../queue/model-queue';
import { releaseClaims } from '../../queue/operations/claims';
import { idOf } from '../../queue/operations/summary';
import { expectEqual } from './comparison';
import { Ledger } from './ledger';
import { QueueModel } from './queue-model';
import { moveTimes, readState } from './redis-state';

/** Settings of all scenarios; times in minutes, since the model counts in them. */
export const settings = { leaseMinutes: 2, plainLeaseMinutes: 15, pauseMinutes: 1, maxRetries: 2 } as const;

const leaseMs = settings.leaseMinutes * 60_000;
const plainLeaseMs = settings.plainLeaseMinutes * 60_000;

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

  async claim(consumer: string, nonce: string, count: number, starting: number): Promise<string[]> {
    const { texts, nextDueMs } = await this.queue.claim(this.redis, { nonce, consumer, count, starting, leaseMs });
    const holder = (index: number) => ({ nonce, consumer, started: index < starting });
    assert.deepEqual(texts, this.model.claim(count, settings.leaseMinutes, holder), 'claimed texts');
    const nextDue = texts.length < count && this.model.delayed.size > 0;
    assert.equal(nextDueMs !== undefined, nextDue, 'a claim below its count returns when the next message is due');
    for (const text of texts.slice(0, starting)) this.ledger.begin(text);
    return texts;
  }

  async start({ nonce, text }: Claim): Promise<string> {
    const outcome = await this.queue.start(this.redis, { nonce, text }, leaseMs);
    assert.equal(outcome, this.model.start(nonce, text, settings.leaseMinutes), 'start');
    if (outcome === 'started') this.ledger.begin(text);
    return outcome;
  }

  /** @returns the claims that are lost. */
  async extend<C extends Claim>(claims: readonly C[]): Promise<C[]> {
    const lost = await this.queue.extend(this.redis, claims, leaseMs);
    const expected = claims.filter(({ nonce, text }) => !this.model.extend(nonce, text, settings.leaseMinutes));
    assert.deepEqual(lost, expected, 'lost claims');
    return lost;
  }

  async acknowledge({ nonce, text }: Claim): Promise<string> {
    const outcome = await this.queue.acknowledge(this.redis, { nonce, text });
    assert.equal(outcome, this.model.acknowledge(nonce, text), 'acknowledge');
    if (outcome === 'acknowledged') this.ledger.finish(text);
    return outcome;
  }

  async retry({ nonce, text }: Claim): Promise<string> {
    const { pauseMinutes, maxRetries } = settings;
    const options = { delayMs: pauseMinutes * 60_000, maxRetries, code: 'HANDLER_FAILED', reason: 'no' };
    const outcome = await this.queue.retry(this.redis, { nonce, text }, options);
    assert.equal(outcome, this.model.retry(nonce, text, { pauseMinutes, maxRetries }), 'retry');
    return outcome;
  }

  async deadLetter({ nonce, text }: Claim): Promise<string> {
    const outcome = await this.queue.deadLetter(this.redis, { nonce, text }, { code: 'REFUSED', reason: 'no' });
    assert.equal(outcome, this.model.deadLetter(nonce, text), 'dead-letter');
    return outcome;
  }

  /** @param texts @default all texts that the nonce holds */
  async giveBack(nonce: string, texts?: readonly string[]): Promise<number> {
    const returned = await this.queue.giveBack(this.redis, nonce, texts);
    assert.equal(returned, this.model.giveBack(nonce, texts), 'how many were given back');
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

  async reclaim(limit: number): Promise<{ requeued: number; deadLettered: number; vanished: number }> {
    const { maxRetries } = settings;
    const report = await this.queue.reclaim(this.redis, { limit, maxRetries });
    assert.deepEqual(report, this.model.reclaim(limit, maxRetries), 'reclaimed');
    return report;
  }

  async adopt(): Promise<number> {
    const adopted = await this.queue.adopt(this.redis, { limit: 1000, leaseMs: plainLeaseMs });
    assert.equal(adopted, this.model.adopt(settings.plainLeaseMinutes), 'adopted');
    return adopted;
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
    const reclaimed = this.model.reclaim(200, maxRetries);
    const adopted = this.model.adopt(plainLeaseMinutes);
    assert.deepEqual(together, { moved, ...reclaimed, adopted, returned: 0 }, 'maintenance');
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

  /** By an operator, without the nonce. */
  async releaseClaim(text: string): Promise<string | undefined> {
    const [outcome] = (await releaseClaims(this.redis, this.queue, [idOf(text)])).outcomes;
    const holder = this.model.holders.get(text);
    const expected = !this.model.processing.includes(text)
      ? 'not-found'
      : holder === undefined
        ? 'no-lease-yet'
        : this.model.giveBack(holder.nonce, [text]) === 1 && 'released';
    const result = outcome?.result;
    assert.equal(result, expected, 'release');
    return result;
  }

  /** @throws AssertionError where Redis differs from the model or violates a guarantee of the ledger. */
  async check(): Promise<void> {
    const state = await readState(this.redis, this.queue.keys);
    // Guarantees first: a violation explains more than a difference from the model.
    this.ledger.check(state);
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

  private pinTimes(nowMs: number): void {
    // A pause below a minute counts as one, so that a stalled machine does not end it.
    for (const [text, minutes] of this.model.delayed) this.model.delayed.set(text, Math.ceil(minutes));
    this.pinnedMs = nowMs;
    // Only other connections have to wait for this; commands on the same connection run in order.
    this.pinned = moveTimes(this.redis, this.queue.keys, this.model, nowMs);
  }
}
