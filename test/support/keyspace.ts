import type { Redis } from 'ioredis';

/** The content of Redis by key, including expiry times; equal before and after means that nothing was written. */
export async function keyspace(redis: Redis): Promise<Record<string, unknown>> {
  const keys = (await redis.keys('*')).sort();
  const entries = await Promise.all(
    keys.map(async (key) => {
      const type = await redis.type(key);
      return [key, { type, expires: await redis.pexpiretime(key), value: await valueOf(redis, key, type) }] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** As `keyspace`, without what outlives messages: key formats, given-up calls, and which idle consumer waits where. */
export async function contents(redis: Redis): Promise<Record<string, unknown>> {
  const entries = Object.entries(await keyspace(redis));
  return Object.fromEntries(entries.filter(([key]) => !/:(?:state|revoked|idle|wake)$/.test(key)));
}

/** The content of Redis by key, byte for byte. */
export async function dumps(redis: Redis): Promise<Record<string, string>> {
  const keys = (await redis.keys('*')).sort();
  const entries = keys.map(async (key) => [key, (await redis.dumpBuffer(key)).toString('hex')] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function valueOf(redis: Redis, key: string, type: string): Promise<unknown> {
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'zset':
      return redis.zrange(key, 0, -1, 'WITHSCORES');
    case 'set':
      return (await redis.smembers(key)).sort();
    case 'hash':
      return redis.hgetall(key);
    default:
      throw new Error(`keyspace() does not know the type ${type}, which is behind ${key}: add it`);
  }
}
