import type { Redis } from 'ioredis';
import { readDeadLetter } from '../../contract/dead-letter';
import { parseHolder } from '../../queue/holder';
import type { QueueKeys } from '../../queue/keys';
import type { DeadLetteredText, Holder, QueueModel } from './queue-model';

/** What Redis holds for one queue; times are ms since 1970. */
export interface RedisState {
  readonly main: readonly string[];
  readonly processing: readonly string[];
  readonly deadLetters: readonly Required<DeadLetteredText>[];
  readonly delayed: ReadonlyMap<string, number>;
  readonly leases: ReadonlyMap<string, number>;
  readonly holders: ReadonlyMap<string, Holder>;
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
    .hgetall(keys.holders)
    .time()
    .exec();
  const values = (replies ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
  const [main, processing, letters, delayed, leases, holders, time] = values as [
    ...[string[], string[], string[], string[], string[]],
    Record<string, string>,
    [string, string],
  ];
  return {
    main,
    processing,
    deadLetters: letters.map(readLetter),
    delayed: scores(delayed),
    leases: scores(leases),
    holders: new Map(Object.entries(holders).map(([text, record]) => [text, readHolder(record)])),
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

function readHolder(record: string): Holder {
  const holder = parseHolder(record);
  if (holder === undefined) throw new Error(`invalid holder record: ${record}`);
  const { nonce, consumer, started } = holder;
  return { nonce, consumer, started };
}

function scores(flat: readonly string[]): Map<string, number> {
  return new Map(flat.flatMap((text, index) => (index % 2 === 0 ? [[text, Number(flat[index + 1])] as const] : [])));
}
