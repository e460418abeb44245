import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ModelReadyMessage, readMessage } from '../../contract/message';
import { pauseBefore } from '../../queue/backoff';
import { keepTimerList } from '../../queue/connection';
import { type RedisError, SnoozeError } from '../../queue/errors';
import { type ClaimState, ModelQueue } from '../../queue/model-queue';
import type { ConsumerStatus } from '../../queue/health-checks';
import { RedisSession } from '../../queue/session';
import { Capacity, prefetchPatienceMs } from './capacity';
import { CircuitBreaker } from './circuit-breaker';
import { ClaimProgress } from './claim-progress';
import type { ConsumerEvents } from './consumer-events';
import { type ConsumerOptions, configuredRetries, type ResolvedOptions, resolveOptions } from './consumer-options';
import { ReportPeriod } from './consumer-report';
import { logEvent } from './default-log';
import { errorOf } from './failure';
import { callHandler } from './handler-call';
import { type HeldClaim, HeldClaims, reconnectBackoff, requireUtf8 } from './held-claims';
import { Intake } from './intake';
import { queueWarning } from './queue-warning';
import { loadTrace, type Trace } from './tracing';

/** How long a message is postponed whose handler still runs here; meanwhile another consumer may take it. */
const postponedSeconds = 2;

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
  readonly #commands: RedisSession;
  readonly #intake: Intake;
  readonly #claims: HeldClaims;
  private readonly breaker: CircuitBreaker;
  private readonly capacity: Capacity;
  private readonly period: ReportPeriod;
  /** Held, not yet taken by a worker. */
  private readonly pending: HeldClaim[] = [];
  private readonly stopping = new AbortController();
  private readonly finished = new AbortController();
  /** Running loops of `work`. */
  private workers = 0;
  /** Workers whose handler runs or is about to run, also for a claim that was lost meanwhile. */
  private busy = 0;
  /** Claims whose outcome is being written. */
  private settling = 0;
  /** Ids of the messages whose handler runs, until its time limit. */
  private readonly handled = new Set<string>();
  private isPaused = false;
  private isQueueChecked = false;
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
    const queue = new ModelQueue(this.#options.queue);
    this.#commands = new RedisSession(this.#options.redis);
    const progress = new ClaimProgress(queue, this.#commands, this.#options.leaseSeconds * 1000);
    this.#intake = new Intake(queue, this.#commands, progress, this.#options);
    this.breaker = new CircuitBreaker(this.#options.breakerFailures);
    this.capacity = new Capacity(this.#options.concurrency, this.#options.prefetch);
    this.period = new ReportPeriod(this.#options.concurrency);
    this.#claims = new HeldClaims(
      queue,
      this.#commands,
      progress,
      this.#options,
      this.breaker,
      this.period,
      (name, ...values) => this.report(name, ...values),
      (claim) => this.forget(claim),
    );
  }

  /** What the consumer does at the moment. */
  get status(): ConsumerStatus {
    const pausing = this.breaker.isOpen ? 'breaker-open' : this.isPaused ? 'paused' : 'running';
    return {
      state: this.isStopping() ? 'stopping' : pausing,
      busy: this.busy,
      held: this.#claims.count,
      pending: this.pending.length,
    };
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
    this.warnOfOtherRetryLimit();
    const { leaseSeconds, reportSeconds, handlerSeconds, prefetch } = this.#options;
    const timers = [
      keepTimerList(handlerSeconds * 1000),
      setInterval(() => void this.attempt(() => this.#claims.renew()), (leaseSeconds * 1000) / 3),
      setInterval(() => this.reportPeriod(), reportSeconds * 1000),
      ...(prefetch === 0 ? [] : [setInterval(() => void this.giveBackWaiting(), prefetchPatienceMs / 2)]),
    ];
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
          // A Redis user with the rights of one queue claims from no other one.
          if ((error as RedisError).fault === 'not-permitted') this.checkQueue();
          await this.pause(pauseBefore(failures++, reconnectBackoff) + 50);
        }
      }
      await this.finish();
    } finally {
      for (const timer of timers) clearInterval(timer);
      this.reportPeriod();
      this.#commands.close();
      this.#intake.close();
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** One round: claims as many messages as there is room for, or waits for a message or for room. */
  private async takeMore(): Promise<void> {
    const { concurrency } = this.#options;
    if (this.breaker.isOpen) {
      // One attempt at a time shows whether the outage is over.
      if (this.#claims.count > 0 || this.busy > 0) return this.changed();
      if (this.breaker.remainingMs > 0) return this.pause(this.breaker.remainingMs);
      return this.take(1, 1);
    }
    if (this.#claims.hasAlone) return this.changed();
    // A message whose outcome is being written needs no handler: the next claim does not wait for the reply.
    const { prefetched } = this.capacity;
    const room = concurrency + prefetched - this.pending.length - this.busy;
    // One claim of many costs little more than one of a single message, so prefetched messages are replaced by halves.
    if (room < (this.pending.length === 0 ? 1 : Math.max(1, Math.ceil(prefetched / 2)))) return this.changed();
    return this.take(room, Math.max(0, concurrency - this.busy - this.pending.length));
  }

  private async take(count: number, starting: number): Promise<void> {
    const holding = Math.max(this.#claims.count, this.busy);
    const onState = (state: ClaimState): void => this.notice(state);
    const { state, taken } = await this.#intake.take(count, { starting, holding, onState });
    for (const each of taken) {
      this.pending.push(this.#claims.hold(each));
      if (this.workers < this.#options.concurrency) void this.work();
    }
    if (state === 'wait-alone') await this.untilIdle();
  }

  private notice(state: ClaimState): void {
    this.checkQueue();
    if (this.isPaused === (state === 'paused')) return;
    this.isPaused = state === 'paused';
    this.report(this.isPaused ? 'paused' : 'resumed');
  }

  /** Others may be idle while these wait for a busy handler. */
  private async giveBackWaiting(): Promise<void> {
    const before = performance.now() - prefetchPatienceMs;
    const waiting = this.pending.filter(({ heldSinceMs }) => heldSinceMs < before);
    if (waiting.length === 0) return;
    // Otherwise the next claim takes them again at once.
    this.capacity.overfill();
    await this.#claims.giveBack(waiting);
  }

  /** Processes pending messages until none is left. Never rejects. */
  private async work(): Promise<void> {
    this.workers++;
    for (let claim = this.next(); claim !== undefined; claim = this.next()) {
      this.busy++;
      const settle = claim.started || (await this.#claims.start(claim)) ? await this.handle(claim) : undefined;
      this.busy--;
      // The next message does not wait for the reply; its start waits for earlier ones.
      void this.finishClaim(claim, settle);
    }
    this.workers--;
    this.wakeUp();
  }

  private next(): HeldClaim | undefined {
    return this.isStopping() ? undefined : this.pending.shift();
  }

  /** Writes the outcome to Redis. Never rejects. */
  private async finishClaim(claim: HeldClaim, settle: (() => Promise<void>) | undefined): Promise<void> {
    claim.settling = true;
    this.settling++;
    this.wakeUp();
    await settle?.();
    this.settling--;
    this.#claims.release(claim);
    this.wakeUp();
  }

  /** Runs the handler. @returns the step that settles the claim. Never rejects. */
  private async handle(claim: HeldClaim): Promise<() => Promise<void>> {
    const startedMs = performance.now();
    try {
      requireUtf8(claim);
      const message = readMessage(claim.content);
      await this.trace(this.#options.queue, message, () => this.call(message, claim));
      return () => this.#claims.acknowledge(claim, message);
    } catch (error) {
      return () => this.#claims.fail(claim, errorOf(error));
    } finally {
      const tookMs = performance.now() - startedMs;
      this.period.busy(tookMs);
      this.capacity.handlerEnded(tookMs);
    }
  }

  /** @throws SnoozeError while the handler of an earlier attempt runs on: the claim was released, or its lease has expired. */
  private async call(message: ModelReadyMessage, claim: HeldClaim): Promise<void> {
    const { message_id: id } = message;
    if (this.handled.has(id)) {
      throw new SnoozeError(postponedSeconds, 'the handler of an earlier attempt still runs in this consumer');
    }
    this.handled.add(id);
    try {
      await callHandler(this.#options, message, claim);
    } finally {
      this.handled.delete(id);
    }
  }

  /** A claim is settled, lost or given back. */
  private forget(claim: HeldClaim): void {
    const index = this.pending.indexOf(claim);
    if (index >= 0) this.pending.splice(index, 1);
    this.wakeUp();
  }

  private async finish(): Promise<void> {
    await this.attempt(() => this.#intake.revokeUncertain());
    await this.attempt(() => this.#intake.leave());
    await this.#claims.giveBack([...this.pending]);
    const limit = sleep(this.#options.stopSeconds * 1000, 'over', { signal: this.finished.signal }).catch(() => 'over');
    while (this.workers + this.settling > 0) {
      if ((await Promise.race([this.changed(), limit])) === 'over') break;
    }
    this.finished.abort();
    await this.#claims.abandon();
  }

  /** Until a handler ends, a claim ends, or the consumer stops. */
  private changed(): Promise<void> {
    return new Promise<void>((resolve) => (this.wakeUp = resolve));
  }

  /** Until nothing is held, at most a second. */
  private async untilIdle(): Promise<void> {
    const limit = this.pause(1000).then(() => 'over');
    while (this.#claims.count > 0 && !this.isStopping()) {
      if ((await Promise.race([this.changed(), limit])) === 'over') return;
    }
  }

  private warnOfOtherRetryLimit(): void {
    const configured = configuredRetries(process.env).maxRetries;
    const { maxRetries } = this.#options;
    if (configured === undefined || configured === maxRetries) return;
    const text = `maxRetries is ${maxRetries} in the code and ${configured} in the subscription's configuration, which the monitor applies`;
    this.report('warning', new Error(`${text}: use settingsFromEnvironment, or change the configuration`));
  }

  private checkQueue(): void {
    if (this.isQueueChecked) return;
    this.isQueueChecked = true;
    void this.warnOfUnknownQueue();
  }

  /** Never rejects: the consumer works without this check, and its own commands report a connection that fails. */
  private async warnOfUnknownQueue(): Promise<void> {
    const { queue } = this.#options;
    const read = this.#commands.use('read the known queues', (redis) => queueWarning(redis, queue));
    const warning = await read.catch(() => undefined);
    if (warning !== undefined) this.report('warning', warning);
  }

  private reportPeriod(): void {
    const report = this.period.finish();
    try {
      this.#options.onReport?.(report);
    } catch (error) {
      this.report('warning', error as Error);
    }
  }

  /** A listener that throws must not interrupt the processing of a message. */
  private report<Name extends keyof ConsumerEvents>(name: Name, ...values: ConsumerEvents[Name]): void {
    try {
      const isHeard = this.emit<keyof ConsumerEvents>(name, ...values);
      if (!isHeard) logEvent(this.#options.log, this.#options.queue, name, values);
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
}
