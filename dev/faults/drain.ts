/** The end of a row: everything that is under way arrives. */
import { parseHolder } from '../../queue/holder';
import { keysOf } from '../../queue/keys';
import { ModelQueue } from '../../queue/model-queue';
import { placesOf, tallyOf } from './message-accounting';
import type { Fault } from './fault';
import type { AcceptedEvent } from './load';
import { waitUntil } from '../local/wait-until';
import { queues, type PipelineUnderTest } from './pipeline-under-test';

const recoverySeconds = 60;
/** An event that is nowhere for so long is lost. */
const certainMs = 3000;
/** A plain consumer that has not finished a message after so long is dead: its handler takes no time. */
const plainClaimSeconds = 4;
/** Also in a full Redis, where ZADD by itself is refused. */
const endLease = `#!lua flags=allow-oom
return redis.call('ZADD', KEYS[1], 'XX', 1, ARGV[1])`;

export class Drain {
  constructor(
    private readonly pipeline: PipelineUnderTest,
    private readonly fault: Fault,
    private readonly events: () => readonly AcceptedEvent[],
  ) {}

  /** Resolves when nothing is under way any more. What consumers have dead-lettered without reason goes back first. */
  async run(): Promise<void> {
    const { pipeline, fault } = this;
    let places = await placesOf(pipeline, queues);
    let missingBefore = 0;
    let missingSinceMs = Date.now();
    const idle = async (): Promise<boolean> => {
      await this.endPlainClaims();
      places = await placesOf(pipeline, queues);
      if (places.onTheWay > 0) return false;
      pipeline.journal.read();
      const { unhandled } = tallyOf(this.events(), queues, pipeline.journal);
      const deadLettered = new Set(
        this.events()
          .filter(({ model }) => fault.deadLetters?.includes(model))
          .map(({ id }) => id),
      );
      const missing = unhandled.filter(({ id }) => !deadLettered.has(id)).length;
      if (missing === 0) return true;
      if ((await this.redrive()) > 0 || missing !== missingBefore) missingSinceMs = Date.now();
      missingBefore = missing;
      // What has just been answered may not have been handled yet: lost is what stays away.
      return Date.now() - missingSinceMs > certainMs;
    };
    await waitUntil(() => `nothing under way (${places.summary})`, idle, fault.limitSeconds ?? recoverySeconds);
  }

  /** @returns how many went back. */
  private async redrive(): Promise<number> {
    const redis = await this.pipeline.pair.client();
    const again = new Set(
      this.events()
        .filter(({ model }) => this.fault.deadLetters?.includes(model) !== true)
        .map(({ id }) => id),
    );
    let count = 0;
    for (const name of queues) {
      const queue = new ModelQueue(name);
      const letters = await queue.page(redis, 'deadLetters', { from: 'newest', offset: 0, count: 1000 });
      const ours = letters.filter((letter) => again.has(/"message_id":"([^"]+)"/.exec(letter)?.[1] ?? ''));
      const results = await queue.redrive(redis, ours, 'newest');
      count += results.filter((result) => result === 'redriven').length;
    }
    return count;
  }

  /**
   * The lease that the monitor gives a plain claim is 15 minutes. Where its consumer has died they are made to be over, as
   * by a clock that moves on; the reclaiming is the monitor's.
   */
  private async endPlainClaims(): Promise<void> {
    const redis = await this.pipeline.pair.client();
    for (const { leases, holders } of queues.map(keysOf)) {
      for (const [text, record] of Object.entries(await redis.hgetall(holders))) {
        const holder = parseHolder(record);
        if (holder?.nonce !== '-' || Date.now() - Number(holder.claimedAtMs) < plainClaimSeconds * 1000) continue;
        await redis.eval(endLease, 1, leases, text);
      }
    }
  }
}
