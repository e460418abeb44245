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
import { loadTrace, type Trace } from './tracing';
import { ModelQueue } from '../../queue/model-queue';
import { RedisSession } from '../../queue/session';

interface HeldClaim extends Taken {
  readonly abort: AbortController;
  /** The handler has finished; the outcome is being written to Redis. */
  settling: boolean;
}

const reconnectBackoff = { firstMs: 200, longestMs: 5000 } as const;

/**
 * Delivers the messages of one queue to a handler, at least once each. Renews leases while the handler runs, retries with
 * backoff, dead-letters, and replaces failed connections.
 *
 *     const consumer = new ModelEventConsumer({ redis, queue: 'model_events:site', handler });
 *     process.once('SIGTERM', () => void consumer.stop());
 *     await consumer.run();
 */
export class ModelEventConsumer extends EventEmitter<ConsumerEvents> {
  // Private fields, so that `console.log` and JSON omit the token.
  readonly #options: ResolvedOptions;
  private readonly queue: ModelQueue;
  readonly #commands: RedisSession;
  readonly #intake: Intake;
  private readonly held = new Set<HeldClaim>();
  /** Held, not yet taken by a worker. */
  private readonly pending: HeldClaim[] = [];
  private readonly stopping = new AbortController();
  private readonly abandoned = new AbortController();
  private readonly finished = new AbortController();
  /** Running loops of `work`. */
  private workers = 0;
  /** Workers whose handler runs or is about to run. */
  private busy = 0;
  private running: Promise<void> | undefined;
  /** Loaded before the first claim. */
  private trace!: Trace;
  private wakeUp: () => void = () => undefined;

  /** @throws TypeError that names the invalid setting. */
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
   * Stops claiming, gives back prefetched messages, waits up to `stopSeconds` for handlers, then aborts their signals, gives
   * back the rest, and closes the connections. May be called more than once.
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
      this.trace = await loadTrace();
      for (let failures = 0; !this.isStopping();) {
        try {
          await this.takeMore();
          failures = 0;
        } catch (error) {
          // `stop()` ends the wait with an error.
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

  /** One round: claims as many messages as there is room for, or waits for a message or for room. */
  private async takeMore(): Promise<void> {
    const { concurrency, prefetch } = this.#options;
    // A settling message needs no handler: the next claim follows the acknowledgement without waiting for its reply.
    const inHand = [...this.held].filter(({ settling }) => !settling).length;
    const room = concurrency + prefetch - inHand;
    // One claim of many costs little more than one of a single message, so prefetched messages are replaced by halves.
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

  /** Processes pending messages until none is left. Never rejects. */
  private async work(): Promise<void> {
    this.workers++;
    // At most one unsettled message per worker, so that a failing Redis stops the work.
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

  /** Writes the outcome to Redis; the next message does not wait for the reply. Never rejects. */
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

  /** Runs the handler. @returns the step that settles the claim. Never rejects. */
  private async handle(claim: HeldClaim): Promise<() => Promise<void>> {
    let message: ModelReadyMessage;
    try {
      message = readMessage(claim.text);
      await this.trace(this.#options.queue, message, () => callHandler(this.#options, message, claim));
    } catch (error) {
      return () => this.fail(claim, error instanceof Error ? error : new Error(String(error)));
    }
    return async () => {
      const outcome = await this.settle(claim, 'acknowledge', (redis) => this.queue.acknowledge(redis, claim));
      if (outcome === 'acknowledged') this.report('acknowledged', message);
    };
  }

  private async fail(claim: HeldClaim, error: Error): Promise<void> {
    // A handler that ends because of its signal has not failed: the consumer gives its message back on stop.
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

  /** Repeats a step while Redis is unavailable, until it succeeds or the claim is lost. */
  private async settle<Outcome extends string>(
    claim: HeldClaim,
    doing: string,
    step: (redis: Redis) => Promise<Outcome>,
  ): Promise<Outcome | 'not-held'> {
    for (let failures = 0; ;) {
      // A lost claim cannot be settled; the scripts would refuse it.
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
      // A settling claim may have been settled meanwhile.
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
    // The last returned is claimed first, so the oldest claims are returned last.
    for (const [nonce, texts] of [...byNonce].reverse()) {
      // If this fails, the messages return when their leases expire.
      await this.attempt(() => this.#commands.use('give back', (redis) => this.queue.giveBack(redis, nonce, texts)));
    }
  }

  /** A listener that throws must not interrupt the processing of a message. */
  private report<Name extends keyof ConsumerEvents>(name: Name, ...values: ConsumerEvents[Name]): void {
    try {
      this.emit<keyof ConsumerEvents>(name, ...values);
    } catch (error) {
      if (name === 'warning') throw error;
      this.report('warning', error as Error);
    }
  }

  /** For steps that may fail: the error is reported, and the messages return when their leases expire. */
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
