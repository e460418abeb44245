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

/** Finds a message in a list or a sorted set. */
export function locateMessage(key: string, search: Search): Promise<Located | NotLocated> {
  return locate([key], search, [`"message_id":"${search.messageId}"`], (located) => located);
}

/** Finds the newest dead letter of a message that a consumer or the reclaimer wrote. */
export function locateDeadLetter(keys: QueueKeys, search: Search): Promise<LocatedLetter | NotLocated> {
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
