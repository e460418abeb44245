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

/** As `keyspace`, without the keys that hold no message: the state of a queue and the places where idle consumers wait. */
export async function messageKeys(redis: Redis): Promise<Record<string, unknown>> {
  const all = await keyspace(redis);
  return Object.fromEntries(Object.entries(all).filter(([key]) => !/:(?:state|idle|wake|revoked)$/.test(key)));
}
