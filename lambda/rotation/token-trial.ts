import { type ConnectionOptions, connect } from '../../queue/connection';
import { RedisError } from '../../queue/errors';
import type { RedisCredentials } from '../../queue/secret-text';
import { rootQueue } from '../../contract/patterns';

/** No client uses this key: removing it is a write without effect. */
const trialKey = `${rootQueue}:probe:rotation`;

/** Tries tokens and passwords on Redis, each on a new connection: an open connection survives a change of its token. */
export class TokenTrial {
  constructor(private readonly redis: Omit<ConnectionOptions, 'username' | 'token'>) {}

  /**
   * Whether Redis accepts the token, or the user's password.
   * @throws RedisError if Redis does not answer
   */
  async accepts({ username, token }: RedisCredentials): Promise<boolean> {
    try {
      (await connect({ ...this.redis, ...(username === undefined ? {} : { username }), token })).disconnect();
      return true;
    } catch (error) {
      if (error instanceof RedisError && error.fault === 'token-refused') return false;
      throw error;
    }
  }

  /**
   * Connects with the token and writes, as the publisher does. A removal needs no memory, so a full Redis does not stop a rotation.
   * A user may not remove the key: that it can connect is enough, since a password changes none of its rights.
   * @throws RedisError
   */
  async write({ username, token }: RedisCredentials): Promise<void> {
    const redis = await connect({ ...this.redis, ...(username === undefined ? {} : { username }), token });
    try {
      if (username !== undefined) return;
      await redis.del(trialKey);
    } catch (error) {
      throw new RedisError('a trial write', `${this.redis.host}:${this.redis.port}`, error);
    } finally {
      redis.disconnect();
    }
  }
}
