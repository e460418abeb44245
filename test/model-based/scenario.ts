import type { Redis } from 'ioredis';
import type { Claim } from '../../queue/model-queue';
import { CheckedBuffer } from './checked-buffer';
import { CheckedQueue } from './checked-queue';

/** A claim as a consumer remembers it. */
export interface RememberedClaim extends Claim {
  started: boolean;
}

/** One of our consumers, and all that it knows; a crash takes its memory. */
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
 * One step: tells what it is about to do, then does it in Redis and in the model; does neither where there is nothing to
 * do it with. @returns how it ended, for the end of the line.
 */
export type Step = (scenario: Scenario) => Promise<string | undefined> | undefined;

/** Everybody who takes part, on an empty Redis, and what has happened so far. */
export class Scenario {
  readonly lines: string[] = [];
  readonly queues: readonly [CheckedQueue, CheckedQueue];
  readonly buffer: CheckedBuffer;
  readonly consumers: readonly Consumer[];
  readonly plainConsumers: readonly PlainConsumer[];
  /** Claims that a consumer has had: a command with one of them may still be on its way. */
  readonly pastClaims: { readonly consumer: Consumer; readonly claim: RememberedClaim }[] = [];
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

  /** Begins a line; a step that fails then stands in the scenario too. */
  tell(line: string): void {
    this.lines.push(line);
  }

  newNonce(): string {
    return `n${++this.lastNonce}`;
  }

  newEventName(): string {
    return `m-${++this.lastEvent}`;
  }

  /** @throws AssertionError: what was promised was not kept. */
  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.take(step);
    await this.take(everythingIsDrained);
    for (const queue of this.queues) await queue.checkDrained();
  }

  private async take(step: Step): Promise<void> {
    const told = this.lines.length;
    const ending = await step(this);
    if (this.lines.length === told) return;
    if (ending !== undefined) this.lines.push(`${this.lines.pop() ?? ''} ${ending}`);
    for (const queue of this.queues) await queue.check();
  }
}

/** More rounds than the longest way through all retries. */
const mostRounds = 20;

/** Everybody crashes; later a consumer without faults takes what there is. */
const everythingIsDrained: Step = async (scenario) => {
  const { queues, buffer, redis } = scenario;
  scenario.tell('everybody crashes; later all is taken and acknowledged');
  await buffer.publish(buffer.waiting);
  buffer.delete([...buffer.waiting]);
  for (const queue of queues) {
    for (let round = 0; round < mostRounds; round++) {
      await queue.check();
      queue.minutesPass(1000);
      await queue.maintain(redis);
      const nonce = scenario.newNonce();
      for (const text of await queue.claim('last', nonce, 100, 100)) await queue.acknowledge({ nonce, text });
    }
  }
  return undefined;
};
