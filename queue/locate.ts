import type { Redis } from 'ioredis';
import { type DeadLetter, readDeadLetter } from '../contract/dead-letter';
import type { QueueKeys } from './keys';
import { scripts } from './scripts';

/** The message id to search for, and the limit. */
export interface Search {
  readonly redis: Redis;
  readonly messageId: string;
  /** Entries examined in one list, newest first. */
  readonly maxEntries: number;
}

/** An entry of a list or a sorted set. */
interface Located {
  readonly text: string;
  /** Of a sorted set's entry. */
  readonly score?: number;
}

/** A dead letter, and its text in the list. */
export interface LocatedLetter {
  readonly text: string;
  readonly letter: DeadLetter;
}

/** `absent`: not in the list. `given-up`: not among the first `maxEntries` of a longer list. */
type NotLocated = 'absent' | 'given-up';

/** Entries that one script call examines: it blocks Redis meanwhile. */
const windowEntries = 250;

/** A queue's copy of a message. */
type LocatedCopy =
  | (Located & { readonly place: 'delayed' | 'waiting' | 'claimed' })
  | { readonly place: 'dead-letter'; readonly letter: LocatedLetter };

/** Finds a queue's copy of a message, in the direction in which messages move. `given-up`: in no list, and one of them was too long. */
export async function locateCopy(keys: QueueKeys, search: Search): Promise<LocatedCopy | NotLocated> {
  const lists = [
    ['delayed', keys.delayed],
    ['waiting', keys.main],
    ['claimed', keys.processing],
  ] as const;
  let otherwise: NotLocated = 'absent';
  for (const [place, key] of lists) {
    const found = await locateMessage(key, search);
    if (typeof found === 'object') return { place, ...found };
    if (found === 'given-up') otherwise = found;
  }
  const letter = await locateDeadLetter(keys, search);
  if (typeof letter === 'object') return { place: 'dead-letter', letter };
  return letter === 'given-up' ? letter : otherwise;
}

/** Finds a message in a list or a sorted set. */
function locateMessage(key: string, search: Search): Promise<Located | NotLocated> {
  return locate([key], search, [`"message_id":"${search.messageId}"`], (located) => located);
}

/** Finds the newest dead letter of a message that a consumer or the reclaimer wrote. */
function locateDeadLetter(keys: QueueKeys, search: Search): Promise<LocatedLetter | NotLocated> {
  return locate([keys.deadLetters, keys.examined], search, [`"message_id":"${search.messageId}"`], ({ text }) => {
    const letter = letterIn(text);
    return letter !== undefined && letter.failed_by !== 'publisher' ? { text, letter } : undefined;
  });
}

/** Finds the newest event that the publisher refused: it has no `message_id`, only the `event_id` or `id` that would become it. */
export function locateRefusal(keys: QueueKeys, search: Search): Promise<LocatedLetter | NotLocated> {
  const { messageId } = search;
  // `detail` is the emitter's own JSON, with or without spaces.
  const marks = [`"event_id":"${messageId}"`, `"event_id": "${messageId}"`, `"id":"${messageId}"`];
  return locate([keys.deadLetters, keys.examined], search, marks, ({ text }) => {
    const letter = letterIn(text);
    if (letter?.failed_by !== 'publisher' || typeof letter.message === 'string') return undefined;
    const { id, detail } = letter.message;
    const eventId = (detail as { event_id?: unknown } | undefined | null)?.event_id;
    return id === messageId || eventId === messageId ? { text, letter } : undefined;
  });
}

function letterIn(text: string): DeadLetter | undefined {
  const reading = readDeadLetter(text);
  return reading.kind === 'dead-letter' ? reading.deadLetter : undefined;
}

/** One script call per window, so that Redis is not blocked for long. */
async function locate<Found>(
  keys: readonly string[],
  { redis, maxEntries }: Search,
  marks: readonly string[],
  accept: (located: Located) => Found | undefined,
): Promise<Found | NotLocated> {
  for (let first = 0; first < maxEntries;) {
    const [next, text, score] = await scripts.locate.run(redis, keys, [first, windowEntries, ...marks]);
    const found =
      text === undefined ? undefined : accept({ text, ...(score === undefined ? {} : { score: Number(score) }) });
    if (found !== undefined) return found;
    if (next < 0) return 'absent';
    first = next;
  }
  return 'given-up';
}
