import type { Redis } from 'ioredis';
import { CheckedBuffer } from './checked-buffer';
import { CheckedQueue, type TextClaim } from './checked-queue';

/** A claim as a consumer remembers it. */
export interface RememberedClaim extends TextClaim {
  readonly nonce: string;
  /** Nothing may run beside it. */
  readonly alone: boolean;
  started: boolean;
}

/** A consumer with leases, and its state, which a crash deletes. */
export interface Consumer {
  readonly name: string;
  readonly queue: CheckedQueue;
  readonly held: RememberedClaim[];
  /** Claims whose reply was lost. */
  readonly uncertain: string[];
}

/** A consumer without leases. */
export interface PlainConsumer {
  readonly name: string;
  readonly queue: CheckedQueue;
  readonly held: string[];
}

/**
 * One step: logs its action, then performs it in Redis and in the model; without anything to act on it does
 * nothing. @returns the outcome, for the end of the line.
 */
export type Step = (scenario: Scenario) => Promise<string | undefined> | undefined;

/** All participants, on an empty Redis, and the log of their steps. */
export class Scenario {
  readonly lines: string[] = [];
  readonly queues: readonly [CheckedQueue, CheckedQueue];
  readonly buffer: CheckedBuffer;
  readonly consumers: readonly Consumer[];
  readonly plainConsumers: readonly PlainConsumer[];
  /** Former claims of consumers: a delayed command with one of them may still arrive. */
  readonly pastClaims: { readonly consumer: Consumer; readonly claim: RememberedClaim }[] = [];
  /** Calls that consumers have given up: one may still arrive. */
  readonly revoked: { readonly consumer: Consumer; readonly nonce: string }[] = [];
  private lastNonce = 0;
  private lastEvent = 0;

  /** @param monitor a second connection. */
  constructor(
    readonly redis: Redis,
    readonly monitor: Redis,
  ) {
    const token = new CheckedQueue(redis, 'model_events');
    const site = new CheckedQueue(redis, 'model_events:site');
    this.queues = [token, site];
    this.buffer = new CheckedBuffer(redis, this.queues);
    const queueOf = [token, token, site] as const;
    this.consumers = queueOf.map((queue, n) => ({ name: `consumer-${n + 1}`, queue, held: [], uncertain: [] }));
    this.plainConsumers = queueOf.map((queue, n) => ({ name: `plain-${n + 1}`, queue, held: [] }));
  }

  /** Starts a line, so that the scenario also contains a step that fails. */
  log(line: string): void {
    this.lines.push(line);
  }

  /** @param instance the consumer's process */
  newNonce(instance: string): string {
    return `${instance.replace('-', '')}.${++this.lastNonce}`;
  }

  newEventName(): string {
    return `m-${++this.lastEvent}`;
  }

  /** @throws AssertionError where a guarantee is violated. */
  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.take(step);
    await this.take(everythingIsDrained);
    for (const queue of this.queues) await queue.checkDrained();
  }

  private async take(step: Step): Promise<void> {
    const lines = this.lines.length;
    const ending = await step(this);
    if (this.lines.length === lines) return;
    if (ending !== undefined) this.lines.push(`${this.lines.pop() ?? ''} ${ending}`);
    for (const queue of this.queues) await queue.check();
  }
}

/** More rounds than a message needs for all its retries. */
const mostRounds = 20;

/** All consumers crash; later a consumer without faults drains the queues. */
const everythingIsDrained: Step = async (scenario) => {
  const { queues, buffer, redis } = scenario;
  scenario.log('all consumers crash; later one consumer claims and acknowledges everything');
  await buffer.publish(buffer.waiting);
  buffer.delete([...buffer.waiting]);
  for (const queue of queues) {
    if (queue.model.paused) await queue.pauseOrResume();
    for (let round = 0; round < mostRounds; round++) {
      await queue.check();
      queue.minutesPass(1000);
      await queue.maintain(redis);
      while ((await claimAndAcknowledge(scenario, queue)) > 0);
    }
  }
  return undefined;
};

async function claimAndAcknowledge(scenario: Scenario, queue: CheckedQueue): Promise<number> {
  const demand = { nonce: scenario.newNonce('last'), count: 100, starting: 100, holding: 0 };
  const { claims } = await queue.claim('last', demand);
  for (const claim of claims) await queue.acknowledge(claim);
  return claims.length;
}
