import { type ConnectionOptions, connect } from '../../queue/connection';
import { RedisError } from '../../queue/errors';
import { rootQueue } from '../../contract/patterns';

/** In nobody's use: its removal is a write that leaves nothing behind. */
const trialKey = `${rootQueue}:probe:rotation`;

/** Tries tokens on Redis, each on a new connection: a connection that is open stays open whatever happens to its token. */
export class TokenTrial {
  constructor(private readonly redis: Omit<ConnectionOptions, 'token'>) {}

  /**
   * Whether Redis lets the token in.
   * @throws RedisError when Redis could not be asked.
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
   * Connects with the token and writes, as the publisher does. A removal needs no memory: a full Redis does not stop a rotation.
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
