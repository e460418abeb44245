import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type ModelReadyMessage, readMessage } from '../../contract/message';
import { pauseBefore } from '../../queue/backoff';
import type { ConsumerEvents } from './consumer-events';
import { type ConsumerOptions, type ResolvedOptions, resolveOptions } from './consumer-options';
import { deadLetterCodeOf, reactionTo } from '../../queue/errors';
import { callHandler } from './handler-call';
import { Intake, type Taken } from './intake';
import { ModelQueue } from '../../queue/model-queue';
import { RedisSession } from '../../queue/session';

interface HeldClaim extends Taken {
  readonly abort: AbortController;
  /** The handler is done with it; Redis is being told. */
  settling: boolean;
}

const reconnectBackoff = { firstMs: 200, longestMs: 5000 } as const;

/**
 * Takes messages from one queue and hands them to a handler, at least once each: leases renewed while it works, retries with
 * backoff, dead letters, connections replaced when they fail.
 *
 *     const consumer = new ModelEventConsumer({ redis, queue: 'model_events:site', handler });
 *     process.once('SIGTERM', () => void consumer.stop());
 *     await consumer.run();
 */
export class ModelEventConsumer extends EventEmitter<ConsumerEvents> {
  // Fields that even `console.log` and JSON cannot see: the token is in them.
  readonly #options: ResolvedOptions;
  private readonly queue: ModelQueue;
  readonly #commands: RedisSession;
  readonly #intake: Intake;
  private readonly held = new Set<HeldClaim>();
  /** Held, and not in a worker's hands yet. */
  private readonly pending: HeldClaim[] = [];
  private readonly stopping = new AbortController();
  private readonly abandoned = new AbortController();
  private readonly finished = new AbortController();
  /** Loops of `work` that run. */
  private workers = 0;
  /** Those of them with a message in hand that a handler works on, or is about to. */
  private busy = 0;
  private running: Promise<void> | undefined;
  private wakeUp: () => void = () => undefined;

  /** @throws TypeError naming the setting that is wrong. */
  constructor(options: ConsumerOptions) {
    super();
    const defaultName = `${hostname()
      .replace(/[^A-Za-z0-9.-]/g, '-')
      .slice(0, 48)}:${process.pid}`;
    this.#options = resolveOptions(options, defaultName);
    this.queue = new ModelQueue(this.#options.queue);
    this.#commands = new RedisSession(this.#options.redis);
    this.#intake = new Intake(this.queue, this.#commands, this.#options);
  }

  /** Consumes until `stop()`; resolves when everything held is settled or given back. Redis errors never end it. */
  run(): Promise<void> {
    this.running ??= this.consume();
    return this.running;
  }

  /**
   * Takes nothing more, gives back what was only prefetched, lets handlers finish for `stopSeconds`, then aborts their
   * signals, gives back what is left, and closes the connections. May be called more than once.
   */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeUp();
    if (this.running === undefined) {
      this.#commands.close();
      this.#intake.close();
      return;
    }
    this.#intake.close();
    await this.running;
  }

  private async consume(): Promise<void> {
    const renewal = setInterval(() => void this.renew(), (this.#options.leaseSeconds * 1000) / 3);
    try {
      for (let failures = 0; !this.isStopping();) {
        try {
          await this.takeMore();
          failures = 0;
        } catch (error) {
          // A wait that `stop()` ended is no error.
          if (this.isStopping()) break;
          this.report('warning', error as Error);
          await this.pause(pauseBefore(failures++, reconnectBackoff) + 50);
        }
      }
      await this.finish();
    } finally {
      clearInterval(renewal);
      this.#commands.close();
      this.#intake.close();
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** One round: claim what there is room for, or wait for a message, or for room. */
  private async takeMore(): Promise<void> {
    const { concurrency, prefetch } = this.#options;
    // What is being settled needs no handler any more: the next claim travels right behind the acknowledgement.
    const inHand = [...this.held].filter(({ settling }) => !settling).length;
    const room = concurrency + prefetch - inHand;
    // A claim for many costs little more than one for one, so that prefetched messages are replaced by the half.
    if (room < (this.pending.length === 0 ? 1 : Math.max(1, Math.ceil(prefetch / 2)))) {
      await new Promise<void>((resolve) => (this.wakeUp = resolve));
      return;
    }
    const starting = Math.max(0, concurrency - this.busy - this.pending.length);
    for (const taken of await this.#intake.take(room, starting)) this.accept(taken);
  }

  private accept(taken: Taken): void {
    const held = { ...taken, abort: new AbortController(), settling: false };
    this.held.add(held);
    this.pending.push(held);
    if (this.workers < this.#options.concurrency) void this.work();
  }

  /** Works on what is pending until nothing is left. Never rejects. */
  private async work(): Promise<void> {
    this.workers++;
    // One at most, so that a failing Redis holds up the work rather than a heap of answers.
    let settled: Promise<void> | undefined;
    for (;;) {
      const claim = this.isStopping() ? undefined : this.pending.shift();
      if (claim === undefined) {
        if (settled === undefined) break;
        await settled;
        settled = undefined;
        continue;
      }
      this.busy++;
      const settle = claim.started || (await this.start(claim)) ? await this.handle(claim) : undefined;
      await settled;
      this.busy--;
      settled = this.finishClaim(claim, settle);
    }
    this.workers--;
    this.wakeUp();
  }

  /** Tells Redis how the work ended; the next message need not wait for the answer. Never rejects. */
  private async finishClaim(claim: HeldClaim, settle: (() => Promise<void>) | undefined): Promise<void> {
    claim.settling = true;
    this.wakeUp();
    await settle?.();
    this.release(claim);
  }

  private async start(claim: HeldClaim): Promise<boolean> {
    const leaseMs = this.#options.leaseSeconds * 1000;
    return (await this.settle(claim, 'start', (redis) => this.queue.start(redis, claim, leaseMs))) === 'started';
  }

  /** Runs the handler. @returns what is to be done with the claim. Never rejects. */
  private async handle(claim: HeldClaim): Promise<() => Promise<void>> {
    let message: ModelReadyMessage;
    try {
      message = readMessage(claim.text);
      await callHandler(this.#options, message, claim);
    } catch (error) {
      return () => this.fail(claim, error instanceof Error ? error : new Error(String(error)));
    }
    return async () => {
      const outcome = await this.settle(claim, 'acknowledge', (redis) => this.queue.acknowledge(redis, claim));
      if (outcome === 'acknowledged') this.report('acknowledged', message);
    };
  }

  private async fail(claim: HeldClaim, error: Error): Promise<void> {
    // A handler that gives up because it was told to has not failed; what is held goes back when the consumer stops.
    if (this.abandoned.signal.aborted) return;
    const { firstRetrySeconds, longestRetrySeconds, maxRetries } = this.#options;
    const retries = Number(/,"retry_count":(\d+)/.exec(claim.text)?.[1] ?? 0);
    const delayMs = pauseBefore(retries, { firstMs: firstRetrySeconds * 1000, longestMs: longestRetrySeconds * 1000 });
    const reason = error.message.slice(0, 1000);
    const outcome = await this.settle(claim, 'settle a failure', async (redis) =>
      reactionTo(error) === 'refuse'
        ? this.queue.deadLetter(redis, claim, { code: deadLetterCodeOf(error), reason })
        : this.queue.retry(redis, claim, { delayMs, maxRetries, code: 'HANDLER_FAILED', reason }),
    );
    if (outcome === 'retried' || outcome === 'dead-lettered') this.report(outcome, claim.text, error);
  }

  /** Runs a step that must not be given up because Redis is away: again and again, until it has an answer or the claim is lost. */
  private async settle<Outcome extends string>(
    claim: HeldClaim,
    doing: string,
    step: (redis: Redis) => Promise<Outcome>,
  ): Promise<Outcome | 'not-held'> {
    for (let failures = 0; ;) {
      // Whoever lost the claim has nothing to settle any more; the scripts would refuse it.
      if (!this.held.has(claim) || this.abandoned.signal.aborted) return 'not-held';
      try {
        const outcome = await this.#commands.use(doing, step);
        if (outcome === 'not-held') this.lose(claim);
        return outcome;
      } catch (error) {
        this.report('warning', error as Error);
        await this.pauseUntilAbandoned(pauseBefore(failures++, reconnectBackoff) + 50);
      }
    }
  }

  private async renew(): Promise<void> {
    const claims = [...this.held];
    await this.attempt(async () => {
      const lost = await this.#commands.use('renew leases', (redis) =>
        this.queue.extend(redis, claims, this.#options.leaseSeconds * 1000),
      );
      // One that is being settled may just have been.
      for (const claim of lost) if (!claim.settling) this.lose(claim);
    });
  }

  private lose(claim: HeldClaim): void {
    if (!this.held.has(claim)) return;
    this.release(claim);
    claim.abort.abort(new Error('the claim on this message was lost'));
    this.report('lost', claim.text);
  }

  private release(claim: HeldClaim): void {
    this.held.delete(claim);
    const index = this.pending.indexOf(claim);
    if (index >= 0) this.pending.splice(index, 1);
    this.wakeUp();
  }

  private async finish(): Promise<void> {
    await this.attempt(() => this.#intake.giveBackUncertain());
    const untouched = this.pending.splice(0);
    for (const claim of untouched) this.held.delete(claim);
    await this.giveBack(untouched);

    const limit = sleep(this.#options.stopSeconds * 1000, 'over', { signal: this.finished.signal }).catch(() => 'over');
    while (this.workers > 0) {
      const changed = new Promise<void>((resolve) => (this.wakeUp = resolve));
      if ((await Promise.race([changed, limit])) === 'over') break;
    }
    this.finished.abort();
    this.abandoned.abort();
    const unfinished = [...this.held];
    for (const claim of unfinished) {
      this.held.delete(claim);
      claim.abort.abort(new Error('the consumer stops'));
    }
    await this.giveBack(unfinished);
  }

  private async giveBack(claims: readonly HeldClaim[]): Promise<void> {
    const byNonce = new Map<string, string[]>();
    for (const { nonce, text } of claims) byNonce.set(nonce, [...(byNonce.get(nonce) ?? []), text]);
    // What goes back last is taken first: that must be what was claimed first.
    for (const [nonce, texts] of [...byNonce].reverse()) {
      // What cannot be given back now comes back when its lease runs out.
      await this.attempt(() => this.#commands.use('give back', (redis) => this.queue.giveBack(redis, nonce, texts)));
    }
  }

  /** A listener that throws must not end the work on a message halfway. */
  private report<Name extends keyof ConsumerEvents>(name: Name, ...values: ConsumerEvents[Name]): void {
    try {
      this.emit<keyof ConsumerEvents>(name, ...values);
    } catch (error) {
      if (name === 'warning') throw error;
      this.report('warning', error as Error);
    }
  }

  /** For what may fail without harm: the error is reported, and the leases put it right. */
  private async attempt(step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.report('warning', error as Error);
    }
  }

  private pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private pauseUntilAbandoned(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.abandoned.signal }).catch(() => undefined);
  }
}
