import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type ModelReadyMessage, UnreadableMessageError } from '../../contract/message';
import { pauseBefore, retryPause } from '../../queue/backoff';
import { reactionTo, SnoozeError } from '../../queue/errors';
import type { Failure, ModelQueue } from '../../queue/model-queue';
import type { RedisSession } from '../../queue/session';
import type { ClaimProgress } from './claim-progress';
import type { CircuitBreaker } from './circuit-breaker';
import type { ConsumerEvents } from './consumer-events';
import type { ResolvedOptions } from './consumer-options';
import type { ReportPeriod } from './consumer-report';
import { failureOf } from './failure';
import type { Taken } from './intake';

export interface HeldClaim extends Taken {
  /** The text for handlers and events; invalid UTF-8 is replaced. */
  readonly content: string;
  readonly abort: AbortController;
  readonly heldSinceMs: number;
  /** The handler has finished; the outcome is being written to Redis. */
  settling: boolean;
}

/** Reports an event of the consumer. */
export type Report = <Name extends keyof ConsumerEvents>(name: Name, ...values: ConsumerEvents[Name]) => void;

export const reconnectBackoff = { firstMs: 200, longestMs: 5000 } as const;

/** The claims of a consumer, and how each is settled. Each settlement is repeated until Redis answers or the claim is lost. */
export class HeldClaims {
  private readonly claims = new Set<HeldClaim>();
  private readonly abandoned = new AbortController();

  constructor(
    private readonly queue: ModelQueue,
    private readonly commands: RedisSession,
    private readonly progress: ClaimProgress,
    private readonly options: ResolvedOptions,
    private readonly breaker: CircuitBreaker,
    private readonly period: ReportPeriod,
    private readonly report: Report,
    /** Called when a claim is no longer held. */
    private readonly released: (claim: HeldClaim) => void,
  ) {}

  get count(): number {
    return this.claims.size;
  }

  /** True if a message runs that may kill its consumer. */
  get hasAlone(): boolean {
    return [...this.claims].some(({ alone }) => alone);
  }

  hold(taken: Taken): HeldClaim {
    const claim = {
      ...taken,
      content: String(taken.text),
      abort: new AbortController(),
      heldSinceMs: performance.now(),
      settling: false,
    };
    this.claims.add(claim);
    return claim;
  }

  release(claim: HeldClaim): void {
    if (this.claims.delete(claim)) this.released(claim);
  }

  /**
   * Marks a prefetched message as started. Resolves when that is sent, as long as nobody else can have the message; otherwise
   * when Redis has replied. @returns false if the claim is lost
   */
  start(claim: HeldClaim): Promise<boolean> {
    return new Promise((resolve) => {
      const whenSent = (): void => {
        if (this.isFresh(claim)) resolve(true);
      };
      const step = async (): Promise<'started' | 'not-held'> => {
        const isHeld = await this.progress.start(claim, whenSent);
        // Its handler may have ended meanwhile, and its settlement reports a loss.
        return isHeld || claim.settling ? 'started' : 'not-held';
      };
      void this.settle(claim, step).then((outcome) => resolve(outcome === 'started'));
    });
  }

  /** Whether the lease cannot have ended, however long the reply to the claim took. */
  private isFresh({ askedMs }: HeldClaim): boolean {
    return performance.now() - askedMs < (this.options.leaseSeconds * 1000) / 2;
  }

  async acknowledge(claim: HeldClaim, message: ModelReadyMessage): Promise<void> {
    const acknowledged = async (): Promise<'acknowledged' | 'not-held'> =>
      (await this.progress.acknowledge(claim)) ? 'acknowledged' : 'not-held';
    if ((await this.settle(claim, acknowledged)) !== 'acknowledged') return;
    this.period.handled(message);
    if (this.breaker.succeeded()) this.report('breaker-closed');
    this.report('acknowledged', message);
  }

  /** Settles a failed attempt: a snooze, a retry, or a dead letter if a retry cannot succeed. */
  async fail(claim: HeldClaim, error: Error): Promise<void> {
    // A handler that ends because of its signal has not failed: the consumer gives its message back on stop.
    if (this.abandoned.signal.aborted) return;
    const isRefusal = reactionTo(error) === 'refuse';
    if (!(error instanceof SnoozeError)) {
      this.period.count('failed');
      if (!isRefusal && this.breaker.failed(messageIdIn(claim.content) ?? claim.id)) {
        this.report('breaker-opened', error, this.breaker.remainingMs / 1000);
      }
    }
    const outcome = await this.settle(claim, () =>
      this.commands.use('settle a failure', async (redis) => {
        const { name: consumer } = this.options;
        const failure = failureOf(error, { attempt: attemptOf(claim.content), consumer });
        if (isRefusal) return this.queue.deadLetter(redis, claim, failure);
        const pauseMs = this.snoozeMs(error);
        if (pauseMs === undefined) return this.retry(redis, claim, failure);
        const delay = { delayMs: pauseMs, limitMs: this.options.maxSnoozeSeconds * 1000 };
        const snoozed = await this.queue.snooze(redis, claim, delay);
        if (snoozed !== 'too-late') return snoozed;
        const reason = `snoozed for longer than ${this.options.maxSnoozeSeconds} s: ${failure.reason}`;
        return this.retry(redis, claim, { ...failure, reason });
      }),
    );
    if (outcome === 'not-held') return;
    this.period.count(outcome === 'dead-lettered' ? 'deadLettered' : outcome);
    this.report(outcome, claim.content, error);
  }

  /** How long the attempt is postponed; undefined if it counts. An outage says nothing about the message. */
  private snoozeMs(error: Error): number | undefined {
    if (error instanceof SnoozeError) return error.seconds * 1000;
    return this.breaker.isOpen ? this.breaker.remainingMs : undefined;
  }

  private retry(redis: Redis, claim: HeldClaim, failure: Failure): Promise<'retried' | 'dead-lettered' | 'not-held'> {
    const { firstRetrySeconds, longestRetrySeconds, maxRetries } = this.options;
    const bounds = { firstMs: firstRetrySeconds * 1000, longestMs: longestRetrySeconds * 1000 };
    const delayMs = retryPause(attemptOf(claim.content) - 1, bounds);
    return this.queue.retry(redis, claim, { ...failure, delayMs, maxRetries });
  }

  async renew(): Promise<void> {
    const lost = await this.commands.use('renew leases', (redis) =>
      this.queue.extend(redis, [...this.claims], this.options.leaseSeconds * 1000),
    );
    // A settling claim may have been settled meanwhile.
    for (const claim of lost) if (!claim.settling) this.lose(claim);
  }

  /** Returns messages unchanged. If this fails, they return when their leases expire. */
  async giveBack(claims: readonly HeldClaim[]): Promise<void> {
    if (claims.length === 0) return;
    for (const claim of claims) this.release(claim);
    try {
      await this.commands.use('give back', (redis) => this.queue.giveBack(redis, claims));
    } catch (error) {
      this.report('warning', error as Error);
    }
  }

  /** Aborts the unfinished handlers and returns their messages. */
  async abandon(): Promise<void> {
    this.abandoned.abort();
    const unfinished = [...this.claims];
    for (const claim of unfinished) claim.abort.abort(new Error('the consumer stops'));
    await this.giveBack(unfinished);
  }

  /** Repeats a step while Redis is unavailable, until it succeeds or the claim is lost. */
  private async settle<Outcome extends string>(
    claim: HeldClaim,
    step: () => Promise<Outcome>,
  ): Promise<Outcome | 'not-held'> {
    for (let failures = 0; ;) {
      // A lost claim cannot be settled; the scripts would refuse it.
      if (!this.claims.has(claim) || this.abandoned.signal.aborted) return 'not-held';
      try {
        const outcome = await step();
        if (outcome === 'not-held') this.lose(claim);
        return outcome;
      } catch (error) {
        this.report('warning', error as Error);
        const pauseMs = pauseBefore(failures++, reconnectBackoff) + 50;
        await sleep(pauseMs, undefined, { signal: this.abandoned.signal }).catch(() => undefined);
      }
    }
  }

  private lose(claim: HeldClaim): void {
    if (!this.claims.has(claim)) return;
    this.release(claim);
    claim.abort.abort(new Error('the claim on this message was lost'));
    this.period.count('lost');
    this.report('lost', claim.content);
  }
}

/** The number of this attempt, from the text's `retry_count`. */
export function attemptOf(text: string): number {
  return Number(/,"retry_count":(\d{1,9})/.exec(text)?.[1] ?? 0) + 1;
}

/** A message's id, from its text; undefined if it has none that may be printed. */
export function messageIdIn(text: string): string | undefined {
  return /"message_id":"([A-Za-z0-9._:-]{1,128})"/.exec(text)?.[1];
}

/** @throws UnreadableMessageError for a text that is not UTF-8 */
export function requireUtf8({ text }: Taken): void {
  if (typeof text !== 'string') throw new UnreadableMessageError('it is not UTF-8');
}
