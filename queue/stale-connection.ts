import type { Redis } from 'ioredis';
import { RedisError } from './errors';
import type { RedisSession } from './session';

/** True if only the connection or its token was stale: the next attempt opens a new connection and can succeed at once. */
function isStale(error: unknown): boolean {
  return error instanceof RedisError && (error.reaction === 'reauthenticate' || error.fault === 'connection-lost');
}

/**
 * Runs idempotent work, and repeats it on a new connection if only the old one or its token failed.
 * @param repeats how often the work is repeated at most. @default 1
 * @param mayRepeat returns false if no time is left.
 * @throws RedisError
 */
export async function retryOnStaleConnection<Result>(
  session: RedisSession,
  doing: string,
  work: (redis: Redis) => Promise<Result>,
  { repeats = 1, mayRepeat = () => true }: { readonly repeats?: number; readonly mayRepeat?: () => boolean } = {},
): Promise<Result> {
  for (let left = repeats; ; left--) {
    try {
      return await session.use(doing, work);
    } catch (error) {
      if (left === 0 || !isStale(error) || !mayRepeat()) throw error;
    }
  }
}
