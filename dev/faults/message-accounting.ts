/** Accounts for every event of every subscription. */
import type { Redis } from 'ioredis';
import { keysOf } from '../../queue/keys';
import { ModelQueue } from '../../queue/model-queue';
import type { Journal } from './journal';
import type { AcceptedEvent } from './load';

/** The places that hold events. */
export interface Stores {
  readonly buffer: { readonly size: number };
  readonly redis: { clientOf(queue: string): Promise<Redis> };
}

/** One event that one subscription has not handled. */
export interface Unhandled {
  readonly id: string;
  readonly queue: string;
}

/** Handled or not, duplicates and delays; all from the journals. */
export interface Tally {
  readonly unhandled: readonly Unhandled[];
  readonly duplicates: number;
  /** Those of them without a lost lease or a failure in between. */
  readonly repeats: number;
  /** Longest time from the bus's acceptance to the first handling, ms. */
  readonly longestDelayMs: number;
}

export function tallyOf(events: readonly AcceptedEvent[], queues: readonly string[], journal: Journal): Tally {
  const unhandled: Unhandled[] = [];
  let [duplicates, repeats] = [0, 0];
  let longestDelayMs = 0;
  for (const queue of queues) {
    const handled = journal.of(queue);
    for (const { id, ms } of events) {
      const entry = handled.get(id);
      if (entry === undefined) {
        unhandled.push({ id, queue });
        continue;
      }
      duplicates += entry.times - 1;
      repeats += entry.repeats;
      longestDelayMs = Math.max(longestDelayMs, entry.firstMs - ms);
    }
  }
  return { unhandled, duplicates, repeats, longestDelayMs };
}

/** Counts of events by place; raw texts of dead letters by queue. */
export interface Places {
  /** Main, delayed and processing of all queues, and the events that SQS holds. */
  readonly onTheWay: number;
  /** The same by place: `buffer`, and each queue by its name. */
  readonly byPlace: ReadonlyMap<string, number>;
  readonly deadLetters: ReadonlyMap<string, readonly string[]>;
  /** Text for the progress output. */
  readonly summary: string;
}

export async function placesOf(pipeline: Stores, queues: readonly string[]): Promise<Places> {
  const deadLetters = new Map<string, string[]>();
  const found = [`buffer ${pipeline.buffer.size}`];
  const byPlace = new Map([['buffer', pipeline.buffer.size]]);
  for (const queue of queues) {
    const keys = keysOf(queue);
    const redis = await pipeline.redis.clientOf(queue);
    // In one transaction: between two reads a message could move from one list to the other.
    const { depth, processing, delayed } = await new ModelQueue(queue).inspect(redis);
    byPlace.set(queue, depth + processing + delayed);
    const letters = await redis.lrange(keys.deadLetters, 0, -1);
    deadLetters.set(queue, letters);
    found.push(`${queue}: ${depth} waiting, ${processing} claimed, ${delayed} delayed, ${letters.length} dead letters`);
  }
  const onTheWay = [...byPlace.values()].reduce((sum, count) => sum + count, 0);
  return { onTheWay, byPlace, deadLetters, summary: found.join('; ') };
}

/** Events that wait in Redis or, if SQS holds as many, in SQS: late, but not lost. */
export async function notOnTheWay(pipeline: Stores, unhandled: readonly Unhandled[]): Promise<Unhandled[]> {
  const held = new Map<string, Set<string>>();
  for (const queue of new Set(unhandled.map((each) => each.queue))) {
    const { main, processing, delayed } = keysOf(queue);
    const redis = await pipeline.redis.clientOf(queue);
    const lists = await Promise.all([
      redis.lrange(main, 0, -1),
      redis.lrange(processing, 0, -1),
      redis.zrange(delayed, 0, -1),
    ]);
    held.set(queue, idsIn(lists.flat()));
  }
  const rest = unhandled.filter(({ id, queue }) => held.get(queue)?.has(id) !== true);
  return new Set(rest.map(({ id }) => id)).size <= pipeline.buffer.size ? [] : rest;
}

/** Events that are in no dead letter either: a refused event has one for all subscriptions. */
export function missingFrom(unhandled: readonly Unhandled[], deadLetters: Places['deadLetters']): Unhandled[] {
  const idsOf = new Map([...deadLetters].map(([queue, letters]) => [queue, idsIn(letters)]));
  const refused = new Set([...deadLetters.values()].flatMap((letters) => [...idsIn(letters.filter(isRefusal))]));
  return unhandled.filter(({ id, queue }) => !refused.has(id) && idsOf.get(queue)?.has(id) !== true);
}

/** Dead letters of events that were to be handled: of a model that is not in `expected`. A redrive would hide them. */
export function wronglyDeadLettered(
  events: readonly AcceptedEvent[],
  expected: readonly string[],
  deadLetters: Places['deadLetters'],
): Unhandled[] {
  const handleable = new Set(events.filter(({ model }) => !expected.includes(model)).map(({ id }) => id));
  return [...deadLetters].flatMap(([queue, letters]) =>
    [...idsIn(letters)].filter((id) => handleable.has(id)).map((id) => ({ id, queue })),
  );
}

function isRefusal(letter: string): boolean {
  return letter.includes('"failed_by":"publisher"');
}

function idsIn(letters: readonly string[]): Set<string> {
  return new Set(letters.flatMap((letter) => /"(?:message_id|event_id)":"([^"]+)"/.exec(letter)?.[1] ?? []));
}
