import type { Redis } from 'ioredis';
import { rootQueue } from '../contract/patterns';
import { keysOf, seenKey, smokeKey } from './keys';
import { scripts } from './scripts';

/** One record of a batch. */
export type PublishRecord =
  | {
      readonly kind: 'message';
      readonly messageId: string;
      /** Tells two events with the same id apart: a digest of `detail`, without white space. */
      readonly digest: string;
      readonly text: string;
      /** The main queues it is for. @default all */
      readonly queues?: readonly string[];
      /** Duplicates are looked for within this replay only. */
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
 * `published`: written now. `duplicate`: had been written before. `id-reused`: another event had this id; nothing written.
 * `wrong-type`: something else stands under the record's `seen` key, or under a list that it goes to; nothing written.
 */
export type PublishResult = 'published' | 'duplicate' | 'id-reused' | 'wrong-type';

/** How to publish. */
export interface PublishOptions {
  /** Main queues of all subscriptions. */
  readonly queues: readonly string[];
  /** For how long a second delivery is recognised. */
  readonly seenSeconds: number;
  /** How many replicas must have the write. */
  readonly minReplicaAcks: number;
  /** How long to wait for them; less than the connection's command time-out. */
  readonly replicaWaitMs: number;
}

/** What became of a batch. */
export interface Published {
  /** One for each record, in their order. */
  readonly results: readonly PublishResult[];
  /** False where too few replicas confirmed: the primary has the batch, but nobody may forget it yet. */
  readonly replicated: boolean;
}

const smokeSeconds = 600;

/**
 * Writes one batch in one atomic step and waits until the replicas have it. Where no record at all can be written because
 * somebody keeps something else under the lists, Redis' error says under which.
 * After an error of Redis, or where it was not replicated, the same call again is right: it adds nothing twice.
 * @throws TypeError for a message whose queue is not among the queues.
 */
export async function publish(
  redis: Redis,
  records: readonly PublishRecord[],
  options: PublishOptions,
): Promise<Published> {
  if (records.length === 0) return { results: [], replicated: true };
  const { queues } = options;
  const keys = [keysOf(rootQueue).deadLetters, smokeKey, ...queues];
  const args: (string | number)[] = [queues.length, options.seenSeconds, smokeSeconds];
  const everybody = targets(queues, queues);
  for (const record of records) {
    switch (record.kind) {
      case 'message':
        keys.push(seenKey(record.messageId, record.replayName));
        args.push(record.queues === undefined ? everybody : targets(queues, record.queues), record.digest, record.text);
        break;
      case 'dead-letter':
        keys.push(seenKey(record.sqsMessageId, 'sqs'));
        args.push('dead-letter', Buffer.byteLength(record.head), record.head + record.tail);
        break;
      case 'smoke':
        keys.push(seenKey(record.messageId, 'smoke'));
        args.push('smoke', '', record.text);
    }
  }
  const { minReplicaAcks, replicaWaitMs } = options;
  if (minReplicaAcks === 0) return { results: await scripts.publish.run(redis, keys, args), replicated: true };
  // WAIT speaks of what this connection has written so far, so it has to come after the script, on the same socket.
  const [results, confirmed] = await scripts.publish.runBefore(redis, keys, args, () =>
    redis.wait(minReplicaAcks, replicaWaitMs),
  );
  const wrote = results.some((result) => result === 'published' || result === 'duplicate');
  return { results, replicated: !wrote || confirmed >= minReplicaAcks };
}

function targets(all: readonly string[], wanted: readonly string[]): string {
  const unknown = wanted.find((queue) => !all.includes(queue));
  // Its seen key would be written and nothing pushed: every further delivery would be suppressed.
  if (unknown !== undefined)
    throw new TypeError(`a message is for ${unknown}, which is not among the queues ${all.join(', ')}`);
  return all.map((queue) => (wanted.includes(queue) ? '1' : '0')).join('');
}
