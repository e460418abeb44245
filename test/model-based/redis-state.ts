import type { Redis } from 'ioredis';
import { readDeadLetter } from '../../contract/dead-letter';
import { claimDigestOf, parseHolders } from '../../queue/holder';
import type { QueueKeys } from '../../queue/keys';
import type { DeadLetteredText, Holder, QueueModel } from './queue-model';

/** What Redis holds for one queue; times are ms since 1970. */
export interface RedisState {
  readonly main: readonly string[];
  readonly processing: readonly string[];
  readonly deadLetters: readonly Required<DeadLetteredText>[];
  readonly delayed: ReadonlyMap<string, number>;
  readonly leases: ReadonlyMap<string, number>;
  /** By the claim's id. */
  readonly claims: ReadonlyMap<string, Omit<Holder, 'nonce'>>;
  /** The ids of plain consumers' claims of a text, in the order of their adoption. */
  readonly plainIds: (text: string) => readonly string[];
  /** Digests of texts. */
  readonly isolated: readonly string[];
  readonly revoked: readonly string[];
  readonly idle: readonly string[];
  readonly wake: number;
  readonly nowMs: number;
}

/** The model counts in minutes. */
export const minuteMs = 60_000;

/** Reads all keys of a queue at one moment. */
export async function readState(redis: Redis, keys: QueueKeys): Promise<RedisState> {
  const replies = await redis
    .multi()
    .lrange(keys.main, 0, -1)
    .lrange(keys.processing, 0, -1)
    .lrange(keys.deadLetters, 0, -1)
    .zrange(keys.delayed, 0, -1, 'WITHSCORES')
    .zrange(keys.leases, 0, -1, 'WITHSCORES')
    .hgetall(keys.claims)
    .smembers(keys.isolated)
    .zrange(keys.revoked, 0, -1)
    .zrange(keys.idle, 0, -1)
    .llen(keys.wake)
    .time()
    .exec();
  const values = (replies ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
  const [main, processing, letters, delayed, leases, records, isolated, revoked, idle, wake, time] = values as [
    ...[string[], string[], string[], string[], string[]],
    Record<string, string>,
    ...[string[], string[], string[], number],
    [string, string],
  ];
  const claims = claimsIn(records);
  return {
    main,
    processing,
    deadLetters: letters.map(readLetter),
    delayed: scores(delayed),
    leases: scores(leases),
    claims,
    plainIds: (text) => [...claims.keys()].filter((id) => id.startsWith(`${claimDigestOf(text)}/-`)),
    isolated,
    revoked,
    idle,
    wake,
    nowMs: Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000),
  };
}

/**
 * Sets every time in Redis to the model's time, counted from `nowMs`, so that time passes without waiting and
 * the duration of the test does not count.
 */
export function moveTimes(redis: Redis, keys: QueueKeys, model: QueueModel, nowMs: number): Promise<unknown> {
  const pipeline = redis.pipeline();
  for (const [key, times] of [
    [keys.delayed, model.delayed],
    [keys.leases, model.leases],
  ] as const) {
    const entries = [...times].flatMap(([text, minutes]) => [nowMs + minutes * minuteMs, text]);
    if (entries.length > 0) pipeline.zadd(key, 'XX', ...entries);
  }
  return pipeline.exec();
}

function readLetter(letter: string): Required<DeadLetteredText> {
  const reading = readDeadLetter(letter);
  if (reading.kind === 'foreign') throw new Error(`not a dead letter of this project: ${letter}`);
  const { failed_by: by, error } = reading.deadLetter;
  return { text: reading.messageText, by, code: error.code, letter };
}

/** Each line is one claim; equal ids would be one claim for two texts. */
function claimsIn(hash: Readonly<Record<string, string>>): Map<string, Omit<Holder, 'nonce'>> {
  const claims = new Map<string, Omit<Holder, 'nonce'>>();
  for (const [digest, records] of Object.entries(hash)) {
    for (const record of records.split('\n')) {
      const [holder] = parseHolders(record);
      if (holder === undefined) throw new Error(`invalid claim record: ${record}`);
      const id = `${digest}/${holder.nonce}`;
      if (claims.has(id)) throw new Error(`two claims have the id ${id}`);
      claims.set(id, { consumer: holder.consumer, started: holder.started, alone: record.endsWith(' 2') });
    }
  }
  return claims;
}

function scores(flat: readonly string[]): Map<string, number> {
  return new Map(flat.flatMap((text, index) => (index % 2 === 0 ? [[text, Number(flat[index + 1])] as const] : [])));
}
