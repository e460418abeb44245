import type { Redis } from 'ioredis';
import { readDeadLetter } from '../contract/dead-letter';
import type { Failure, MessageStatus, Place, Recorded } from '../contract/message-status';
import type { MessageCopy } from '../contract/operations';
import { messageIdPattern } from '../contract/patterns';
import { rootQueueIn, type Subscription } from '../contract/subscriptions';
import { claimDigestOf, claimIdOf, parseHolders } from './holder';
import { isoTimeOf } from './iso-time';
import { keysOf, keysOfSlot, type QueueKeys } from './keys';
import { locateCopy, type LocatedLetter, locateRefusal, type Search } from './locate';
import { idOf, objectOr, parsed } from './operations/summary';
import { RedisSession } from './session';
import { bySlot } from './slots';
import { retryOnStaleConnection } from './stale-connection';

export type { Place, MessageStatus };

/** Entries of each list that a search examines. */
const defaultMaxEntries = 100_000;

/**
 * Finds where each copy of a message is; writes nothing. The lists are searched window by window, newest first, up to a limit.
 * A copy from an archive replay is found while it is in a queue; it has no `queued_at` and no status `acknowledged`.
 * @param redis for subscriptions without hash tags; a session for those that may have some.
 * @param options `maxEntries` is the limit for each list. @default 100000
 * @throws TypeError for an invalid id.
 */
export async function messageStatus(
  redis: Redis | RedisSession,
  messageId: string,
  subscriptions: readonly Subscription[],
  { maxEntries = defaultMaxEntries }: { readonly maxEntries?: number } = {},
): Promise<MessageStatus> {
  if (!messageIdPattern.test(messageId)) {
    throw new TypeError('a message id has 1 to 128 characters of A-Z, a-z, 0-9, . _ : and -');
  }
  const root = rootQueueIn(subscriptions);
  const searches = [...bySlot(subscriptions)].map(([slot, ofSlot]) =>
    on(redis, slot, `look for message ${messageId}`, async (client) => {
      const search = { redis: client, messageId, maxEntries };
      const placed = await placesIn(slot, ofSlot, search);
      return { ...placed, refusal: slot === root ? await locateRefusal(keysOf(root), search) : undefined };
    }),
  );
  const found = await Promise.all(searches);
  const places = new Map(found.flatMap((each) => each.places));
  const queuedAt = found.flatMap((each) => each.queuedAt ?? []).sort()[0];
  const refusal = found[0]?.refusal;
  return {
    message_id: messageId,
    ...(queuedAt === undefined ? {} : { queued_at: queuedAt }),
    subscriptions: subscriptions.map(({ service, queue }) => ({
      service,
      queue,
      ...(places.get(queue) ?? { place: 'not-found' }),
    })),
    ...(typeof refusal === 'object' ? { refused: failureOf(refusal) } : {}),
  };
}

function on<Result>(
  redis: Redis | RedisSession,
  slot: string,
  doing: string,
  work: (redis: Redis) => Promise<Result>,
): Promise<Result> {
  return redis instanceof RedisSession ? retryOnStaleConnection(redis.at(slot), doing, work) : work(redis);
}

async function placesIn(
  slot: string,
  subscriptions: readonly Subscription[],
  search: Search,
): Promise<{ queuedAt?: string; places: [queue: string, place: Place][] }> {
  const seen = readSeen(await search.redis.get(keysOfSlot(slot).seen(search.messageId)));
  const places: [string, Place][] = [];
  for (const { queue } of subscriptions) {
    const place = await placeIn(keysOf(queue), search, seen?.queues.includes(queue) === true);
    places.push([queue, place ?? { place: seen === undefined ? 'not-found' : 'not-for-it' }]);
  }
  return { ...(seen === undefined ? {} : { queuedAt: seen.queuedAt }), places };
}

/** The complete text of a queue's copy of a message, or of the event that the publisher refused; the same search and limit as {@link messageStatus}. */
export async function messageText(
  redis: Redis,
  keys: QueueKeys,
  messageId: string,
  maxEntries = defaultMaxEntries,
): Promise<MessageCopy | null> {
  const search = { redis, messageId, maxEntries };
  const copy = await locateCopy(keys, search);
  if (typeof copy === 'object' && copy.place !== 'dead-letter') return { place: copy.place, text: copy.text };
  const letter = typeof copy === 'object' ? copy.letter : await locateRefusal(keys, search);
  if (typeof letter !== 'object') return null;
  const reading = readDeadLetter(letter.text);
  return { place: 'dead-letter', text: reading.kind === 'foreign' ? letter.text : reading.messageText };
}

/**
 * Searches in the direction in which messages move, so that a message that moves meanwhile is found later. Retries and expired
 * leases move backwards: a queued message counts as acknowledged only if a second search does not find it either.
 */
async function placeIn(keys: QueueKeys, search: Search, wasQueued: boolean): Promise<Place | undefined> {
  const first = await searchOnce(keys, search);
  if (first !== undefined || !wasQueued) return first;
  return (await searchOnce(keys, search)) ?? { place: 'acknowledged' };
}

async function searchOnce(keys: QueueKeys, search: Search): Promise<Place | undefined> {
  const copy = await locateCopy(keys, search);
  if (copy === 'given-up') return { place: 'given-up', examined: search.maxEntries };
  if (copy === 'absent') return undefined;
  if (copy.place === 'dead-letter') return { place: 'dead-letter', ...failureOf(copy.letter) };
  if (copy.place === 'claimed') return claimOn(search.redis, keys, copy.text);
  const recorded = recordedIn(parsed(copy.text));
  return copy.place === 'waiting'
    ? { place: 'waiting', ...recorded }
    : { place: 'delayed', due_at: isoTimeOf(copy.score ?? 0), ...recorded };
}

async function claimOn(redis: Redis, keys: QueueKeys, text: string): Promise<Place> {
  const [holder] = parseHolders(await redis.hget(keys.claims, claimDigestOf(text)));
  const leaseEndsAt = holder === undefined ? null : await redis.zscore(keys.leases, claimIdOf(text, holder));
  return {
    place: 'claimed',
    consumer: holder?.consumer ?? 'plain',
    started: holder?.started ?? true,
    ...(holder === undefined ? {} : { claimed_at: isoTimeOf(holder.claimedAtMs) }),
    ...(leaseEndsAt === null ? {} : { lease_ends_at: isoTimeOf(leaseEndsAt) }),
    ...recordedIn(parsed(text)),
  };
}

function failureOf({ text, letter }: LocatedLetter): Failure & Recorded {
  const { message, error, failed_at, failed_by } = letter;
  const failure = { error_code: error.code, error_message: error.message, failed_at, failed_by };
  return { id: idOf(text), ...failure, ...recordedIn(message) };
}

/** Of a message, or of the event that the publisher refused. */
function recordedIn(message: unknown): Recorded {
  const { timestamp, time = timestamp, retry_count } = objectOr(message);
  return {
    ...(typeof time === 'string' ? { registered_at: time } : {}),
    ...(typeof retry_count === 'number' ? { retry_count } : {}),
  };
}

/** The value of a `seen` key: "<digest> <queued at, ms> <queues, comma separated>". */
function readSeen(value: string | null): { readonly queuedAt: string; readonly queues: readonly string[] } | undefined {
  const [, queuedAt, queues = ''] = /^\S+ (\d+) (\S*)$/.exec(value ?? '') ?? [];
  return queuedAt === undefined ? undefined : { queuedAt: isoTimeOf(queuedAt), queues: queues.split(',') };
}
