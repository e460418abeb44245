import type { Redis } from 'ioredis';
import { slotOf } from '../contract/patterns';
import { keysOfSlot } from './keys';
import { publishScript } from './publish-script';
import { parseRedisInfo } from './redis-info';

/** One record of a batch. */
export type PublishRecord =
  | {
      readonly kind: 'message';
      readonly messageId: string;
      /** Digest of the event's identity: distinguishes events with the same id. */
      readonly digest: string;
      readonly text: string;
      /** Its destination queues. @default all */
      readonly queues?: readonly string[];
      /** Duplicates are detected within this replay only. */
      readonly replayName?: string | undefined;
    }
  | {
      readonly kind: 'dead-letter';
      /** The SQS message's id: one dead letter for each. */
      readonly sqsMessageId: string;
      /** The dead letter's text before and after its `failed_at`. */
      readonly head: string;
      readonly tail: string;
    }
  | { readonly kind: 'smoke'; readonly messageId: string; readonly text: string };

/**
 * `published`: written now. `duplicate`: written before. `id-reused`: another event has this id; nothing written.
 * `wrong-type`: the record's `seen` key or a destination list holds another type; nothing written.
 */
export type PublishResult = 'published' | 'duplicate' | 'id-reused' | 'wrong-type';

/** How to publish. */
export interface PublishOptions {
  /** Main queues of all subscriptions; with one hash tag if they have one. */
  readonly queues: readonly string[];
  /** How long a second delivery is detected as a duplicate. */
  readonly seenSeconds: number;
  /** Replicas that must confirm the write. */
  readonly minReplicaAcks: number;
  /**
   * How long to wait for them; less than the connection's command time-out. A function, for a caller who knows that replicas are
   * missing, gets the number of replicas that the primary hears from; 0: the batch is not confirmed, without waiting.
   */
  readonly replicaWaitMs: number | ((responding: number) => number);
}

/** The result of a batch. */
export interface Published {
  /** One for each record, in their order. */
  readonly results: readonly PublishResult[];
  /** False if too few replicas confirmed: the primary has the batch, but the caller must keep it. */
  readonly replicated: boolean;
}

const smokeSeconds = 600;
/** A replica acknowledges every second; one that is silent for longer confirms nothing. */
const silentSeconds = 2;

/**
 * Writes one batch in one atomic step and waits for the replicas. If the lists' keys hold other types, so that no record can be
 * written, the error names the key.
 * Safe to repeat after an error or a missing confirmation: no record is added twice.
 * @throws TypeError for a message whose queue is not among the queues.
 */
export async function publish(
  redis: Redis,
  records: readonly PublishRecord[],
  options: PublishOptions,
): Promise<Published> {
  if (records.length === 0) return { results: [], replicated: true };
  const { queues } = options;
  const ofSlot = keysOfSlot(slotOf(queues[0] ?? ''));
  const keys = [ofSlot.deadLetters, ofSlot.smoke, ...queues];
  const args: (string | number)[] = [queues.length, options.seenSeconds, smokeSeconds];
  const allQueues = targets(queues, queues);
  for (const record of records) {
    switch (record.kind) {
      case 'message':
        keys.push(ofSlot.seen(record.messageId, record.replayName));
        args.push(record.queues === undefined ? allQueues : targets(queues, record.queues), record.digest, record.text);
        break;
      case 'dead-letter':
        keys.push(ofSlot.seen(record.sqsMessageId, 'sqs'));
        args.push('dead-letter', Buffer.byteLength(record.head), record.head + record.tail);
        break;
      case 'smoke':
        keys.push(ofSlot.seen(record.messageId, 'smoke'));
        args.push('smoke', '', record.text);
    }
  }
  const { minReplicaAcks, replicaWaitMs } = options;
  if (minReplicaAcks === 0) return { results: await publishScript.run(redis, keys, args), replicated: true };
  // WAIT covers the earlier writes of its own connection, so it follows the script on the same socket.
  const wait = (ms: number): Promise<number> => redis.wait(minReplicaAcks, ms);
  const [results, count] = await publishScript.runBefore(redis, keys, args, () =>
    typeof replicaWaitMs === 'number' ? wait(replicaWaitMs) : respondingReplicas(redis),
  );
  const wrote = results.some((result) => result === 'published' || result === 'duplicate');
  if (typeof replicaWaitMs === 'number' || !wrote) return { results, replicated: !wrote || count >= minReplicaAcks };
  const waitMs = replicaWaitMs(count);
  // WAIT 0 would wait for ever.
  return { results, replicated: waitMs > 0 && (await wait(waitMs)) >= minReplicaAcks };
}

/** The number of replicas that the primary hears from. */
async function respondingReplicas(redis: Redis): Promise<number> {
  const { replicas } = parseRedisInfo(await redis.info('replication'));
  return replicas.filter(({ online, lagSeconds }) => online && lagSeconds <= silentSeconds).length;
}

/**
 * The queues of a message as the script takes them: a 1 or a 0 for each of `all`.
 * @throws TypeError for a queue that is not among them.
 */
export function targets(all: readonly string[], wanted: readonly string[]): string {
  const unknown = wanted.find((queue) => !all.includes(queue));
  // The seen key would be written without a push, and every later delivery would be a duplicate.
  if (unknown !== undefined)
    throw new TypeError(`a message is for ${unknown}, which is not among the queues ${all.join(', ')}`);
  return all.map((queue) => (wanted.includes(queue) ? '1' : '0')).join('');
}
