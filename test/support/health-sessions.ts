import { RedisSession, type SessionOptions } from '../../queue/session';
import { endpointOf, type TestRedis } from './redis';

/** Opens sessions with a health check's short limits; they are closed after each test. */
export function useHealthSessions(redis: TestRedis): (change?: Partial<SessionOptions>) => RedisSession {
  const open: RedisSession[] = [];
  afterEach(() => {
    for (const session of open.splice(0)) session.close();
  });
  return (change = {}) => {
    const limits = { connectTimeoutMs: 700, commandTimeoutMs: 700 };
    const session = new RedisSession({ ...endpointOf(redis.server), ...limits, ...change });
    open.push(session);
    return session;
  };
}
