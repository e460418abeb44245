/** The end of a run: waits until all events have arrived. */
import { parseHolders } from '../../queue/holder';
import { keysOf } from '../../queue/keys';
import { placesOf, tallyOf } from './message-accounting';
import type { Fault } from './fault';
import type { AcceptedEvent } from './load';
import { waitUntil } from '../local/wait-until';
import type { PipelineUnderTest } from './pipeline-under-test';

const recoverySeconds = 60;
/** An event that is in no queue for this long is lost. */
const certainMs = 3000;
/** Messages that succeed keep coming, as they do in production: a queue of messages that fail looks like an outage to a consumer. */
const betweenMs = 200;
/** A plain consumer that has not finished a message after this time is dead: its handler returns at once. */
const plainClaimSeconds = 4;
/** Works in a full Redis too, which refuses a plain ZADD. */
const endLease = `#!lua flags=allow-oom
return redis.call('ZADD', KEYS[1], 'XX', 1, ARGV[1])`;

export class Drain {
  constructor(
    private readonly pipeline: PipelineUnderTest,
    private readonly fault: Fault,
    private readonly events: () => readonly AcceptedEvent[],
    /** Publishes messages that succeed. */
    private readonly publishMore: () => Promise<void>,
  ) {}

  /** Resolves when no event is in transit. */
  async run(): Promise<void> {
    const { pipeline, fault } = this;
    const { queues } = pipeline;
    let places = await placesOf(pipeline, queues);
    let publishedMs = 0;
    let missingBefore = 0;
    let missingSinceMs = Date.now();
    const idle = async (): Promise<boolean> => {
      await this.endPlainClaims();
      places = await placesOf(pipeline, queues);
      if (places.onTheWay > 0) {
        if (fault.deadLetters !== undefined && Date.now() - publishedMs > betweenMs) {
          publishedMs = Date.now();
          await this.publishMore();
        }
        return false;
      }
      pipeline.journal.read();
      const { unhandled } = tallyOf(this.events(), queues, pipeline.journal);
      const deadLettered = new Set(
        this.events()
          .filter(({ model }) => fault.deadLetters?.includes(model))
          .map(({ id }) => id),
      );
      const missing = unhandled.filter(({ id }) => !deadLettered.has(id)).length;
      if (missing === 0) return true;
      if (missing !== missingBefore) missingSinceMs = Date.now();
      missingBefore = missing;
      // A settled message may not be in a journal yet: only an event that stays missing is lost.
      return Date.now() - missingSinceMs > certainMs;
    };
    await waitUntil(() => `no event in transit (${places.summary})`, idle, fault.limitSeconds ?? recoverySeconds);
  }

  /**
   * The monitor gives a plain claim a lease of 15 minutes. If its consumer has died, this ends the lease at once; the monitor
   * reclaims the message.
   */
  private async endPlainClaims(): Promise<void> {
    const { redis: server, queues } = this.pipeline;
    for (const queue of queues) {
      const { leases, claims } = keysOf(queue);
      const redis = await server.clientOf(queue);
      for (const [digest, records] of Object.entries(await redis.hgetall(claims))) {
        for (const { nonce, claimedAtMs } of parseHolders(records)) {
          if (!nonce.startsWith('-') || Date.now() - Number(claimedAtMs) < plainClaimSeconds * 1000) continue;
          await redis.eval(endLease, 1, leases, `${digest}/${nonce}`);
        }
      }
    }
  }
}
