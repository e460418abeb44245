import type { Redis } from 'ioredis';
import { connect, type ConnectionOptions } from './connection';
import { RedisError } from './errors';

/** Gives the auth token; `fresh` asks for it to be read again, since Redis refused the last one. */
export type TokenSource = (fresh: boolean) => Promise<string>;

/** Where Redis is; the token may be read anew when it was rotated. */
export interface SessionOptions extends Omit<ConnectionOptions, 'token'> {
  readonly token: string | TokenSource;
}

/**
 * After this long without a command a connection is tried with a PING: it may have died while nobody looked. By the wall
 * clock, since a frozen function's monotonic clock may stand still.
 */
const idleMs = 5000;
const pingLimitMs = 500;

/** One connection at a time, replaced when it fails. */
export class RedisSession {
  readonly endpoint: string;
  // Fields that even `console.log` and JSON cannot see: the token is in them.
  readonly #options: SessionOptions;
  #client: Promise<Redis> | undefined;
  private lastUsedMs = 0;
  private tokenRefused = false;
  private closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.endpoint = `${options.host}:${options.port}`;
  }

  /** Begins to connect before there is work, so that the first one need not wait; what goes wrong is told to that one. */
  warmUp(): void {
    this.#client ??= this.open();
    this.#client.catch(() => undefined);
  }

  /**
   * Runs `work` on a connection that answers.
   * A connection that fails is dropped; nothing is run again here, since only the caller knows whether it may be.
   * @param doing names the work in an error.
   * @throws RedisError with the fault and the reaction it asks for.
   */
  async use<Result>(doing: string, work: (redis: Redis) => Promise<Result>): Promise<Result> {
    const { opened, redis } = await this.connection(doing);
    writeTogether(redis);
    try {
      const result = await work(redis);
      this.lastUsedMs = Date.now();
      return result;
    } catch (error) {
      const failure = this.toRedisError(doing, error);
      if (failure.reconnect || redis.status !== 'ready') this.drop(opened, redis);
      throw failure;
    }
  }

  /** Closes the connection for good; whatever is pending on it fails. */
  close(): void {
    this.closed = true;
    this.reset();
  }

  /** Drops the connection, and what is pending on it; the next use opens a new one. */
  reset(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.then(
      (redis) => redis.disconnect(),
      () => undefined,
    );
  }

  private async connection(doing: string): Promise<{ opened: Promise<Redis>; redis: Redis }> {
    for (;;) {
      const opened = (this.#client ??= this.open());
      try {
        const redis = await opened;
        if (await this.isAlive(redis)) return { opened, redis };
        this.drop(opened, redis);
      } catch (error) {
        this.drop(opened);
        throw this.toRedisError(doing, error);
      }
    }
  }

  private async isAlive(redis: Redis): Promise<boolean> {
    if (redis.status !== 'ready') return false;
    if (Date.now() - this.lastUsedMs < idleMs) return true;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), pingLimitMs)));
    const answered = redis.ping().then(
      () => true,
      () => false,
    );
    const alive = await Promise.race([answered, limit]);
    clearTimeout(timer);
    return alive;
  }

  private async open(): Promise<Redis> {
    if (this.closed) throw new Error('Connection is closed by its owner');
    const { token, ...rest } = this.#options;
    const redis = await connect({ ...rest, token: typeof token === 'string' ? token : await token(this.tokenRefused) });
    this.tokenRefused = false;
    this.lastUsedMs = Date.now();
    return redis;
  }

  /** Another caller may have replaced the connection meanwhile: only this one goes. */
  private drop(opened: Promise<Redis>, redis?: Redis): void {
    if (this.#client === opened) this.#client = undefined;
    redis?.disconnect();
  }

  private toRedisError(doing: string, error: unknown): RedisError {
    const failure = error instanceof RedisError ? error : new RedisError(doing, this.endpoint, error);
    if (failure.reaction === 'reauthenticate') this.tokenRefused = true;
    return failure;
  }
}

/**
 * What is sent within one turn of the event loop, by whoever, travels in one write: each write is a system call that wakes Redis, and
 * costs more than a script. The stream counts its corks, so that the last of a turn lets go.
 */
function writeTogether({ stream }: Redis): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}
