import { randomBytes } from 'node:crypto';
import { RedisError } from './errors';
import { rootQueueIn, type Subscription } from '../contract/subscriptions';
import { keysOfSlot } from './keys';
import type { RedisSession } from './session';
import { retryOnStaleConnection } from './stale-connection';

/** A new key every week; a form that was opened before is then opened again. */
const validSeconds = 7 * 86_400;
/** Signs while Redis refuses writes: forms of other processes are refused, but an operator can see and discard dead letters. */
const ownKey = randomBytes(32).toString('base64url');

/**
 * The key that signs the console's plans: random, and in Redis, so that all processes of the operations function share it.
 * @throws RedisError if Redis cannot be used
 */
export async function signingKeyIn(session: RedisSession, subscriptions: readonly Subscription[]): Promise<string> {
  const root = rootQueueIn(subscriptions);
  try {
    return await retryOnStaleConnection(session.at(root), 'open the console', async (redis) => {
      const fresh = randomBytes(32).toString('base64url');
      return (await redis.set(keysOfSlot(root).console, fresh, 'EX', validSeconds, 'NX', 'GET')) ?? fresh;
    });
  } catch (error) {
    const answered = error instanceof RedisError && (!error.reconnect || error.fault === 'read-only');
    if (answered) return ownKey;
    throw error;
  }
}
