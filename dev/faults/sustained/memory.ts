/** Memory of Redis and the processes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Redis } from 'ioredis';
import { rootQueue } from '../../../contract/patterns';
import { keysOf, keysOfSlot } from '../../../queue/keys';
import { parseRedisInfo } from '../../../queue/redis-info';

/** Redis' memory at one moment, bytes. */
export interface RedisMemory {
  readonly used: number;
  /** Number of `seen` keys; each expires after a day. */
  readonly seenKeys: number;
  /** Of this, the hash tables of keys and expiries, which double when they are full. */
  readonly tables: number;
}

/** Memory of the `seen` keys, measured by deleting them. */
export interface SeenCost {
  /** Bytes with the hash tables. */
  readonly perKey: number;
  /** Bytes without the hash tables. */
  readonly perKeyItself: number;
}

export async function redisMemory(redis: Redis, queues: readonly string[]): Promise<RedisMemory> {
  const own = keysOfSlot(rootQueue);
  const others = [...queues.flatMap((queue) => Object.values(keysOf(queue)) as string[]), own.probe, own.queues];
  const [info, stats, keys, otherKeys] = await Promise.all([
    redis.info('memory'),
    redis.call('MEMORY', 'STATS') as Promise<unknown[]>,
    redis.dbsize(),
    redis.exists(...others),
  ]);
  const database = pairsOf(pairsOf(stats).get('db.0'));
  const tables = ['overhead.hashtable.main', 'overhead.hashtable.expires'].map((name) =>
    Number(database.get(name) ?? 0),
  );
  return {
    used: parseRedisInfo(info).memoryUsedBytes ?? NaN,
    seenKeys: keys - otherKeys,
    tables: tables.reduce((sum, bytes) => sum + bytes, 0),
  };
}

/** Empties Redis, whose queues have to be empty already. */
export async function seenCost(redis: Redis, queues: readonly string[]): Promise<SeenCost> {
  const before = await redisMemory(redis, queues);
  await redis.flushall('SYNC');
  const after = await redisMemory(redis, queues);
  const bytes = before.used - after.used;
  return { perKey: bytes / before.seenKeys, perKeyItself: (bytes - before.tables) / before.seenKeys };
}

/** Used by everything but the `seen` keys, bytes. */
export function besideSeen({ used, seenKeys, tables }: RedisMemory, { perKeyItself }: SeenCost): number {
  return used - tables - seenKeys * perKeyItself;
}

/** Resident memory of each process, bytes, in the order asked for; 0 for one that has ended. */
export async function residentBytes(pids: readonly number[]): Promise<number[]> {
  if (pids.length === 0) return [];
  // `ps` fails where one of them has ended, and still reports the others.
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')]).catch(
    (error: unknown) => ({ stdout: (error as { stdout?: string }).stdout ?? '' }),
  );
  const kilobytes = new Map(stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
  return pids.map((pid) => (kilobytes.get(pid) ?? 0) * 1024);
}

/** Parses a reply of alternating names and values. */
function pairsOf(reply: unknown): Map<unknown, unknown> {
  const list = Array.isArray(reply) ? (reply as unknown[]) : [];
  return new Map(list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]] as const] : [])));
}
