import { type ConnectionOptions, connect } from '../../queue/connection';
import { RedisError } from '../../queue/errors';
import { rootQueue } from '../../contract/patterns';

/** No client uses this key: removing it is a write without effect. */
const trialKey = `${rootQueue}:probe:rotation`;

/** Tries tokens on Redis, each on a new connection: an open connection survives a change of its token. */
export class TokenTrial {
  constructor(private readonly redis: Omit<ConnectionOptions, 'token'>) {}

  /**
   * Whether Redis accepts the token.
   * @throws RedisError if Redis does not answer
   */
  async accepts(token: string): Promise<boolean> {
    try {
      (await connect({ ...this.redis, token })).disconnect();
      return true;
    } catch (error) {
      if (error instanceof RedisError && error.fault === 'token-refused') return false;
      throw error;
    }
  }

  /**
   * Connects with the token and writes, as the publisher does. A removal needs no memory, so a full Redis does not stop a rotation.
   * @throws RedisError
   */
  async write(token: string): Promise<void> {
    const redis = await connect({ ...this.redis, token });
    try {
      await redis.del(trialKey);
    } catch (error) {
      throw new RedisError('a trial write', `${this.redis.host}:${this.redis.port}`, error);
    } finally {
      redis.disconnect();
    }
  }
}
