import type { Redis } from 'ioredis';
import type { RedisError } from './errors';
import type { RedisSession } from './session';

/**
 * Runs work that may run twice, and tells how Redis is now: what only an old connection or an old token suffers from is
 * tried again on a new one.
 * @throws RedisError
 */
export async function retryOnStaleConnection<Result>(
  session: RedisSession,
  doing: string,
  work: (redis: Redis) => Promise<Result>,
): Promise<Result> {
  try {
    return await session.use(doing, work);
  } catch (error) {
    const { reaction, fault } = error as RedisError;
    if (reaction !== 'reauthenticate' && fault !== 'connection-lost') throw error;
    return session.use(doing, work);
  }
}
