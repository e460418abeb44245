import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { connect, type ConnectionOptions } from './connection';
import { RedisError } from './errors';
import type { RedisCredentials } from './secret-text';

/** Returns the auth token, or user and password; `fresh` bypasses a cached one, since Redis refused it. */
export type TokenSource = (fresh: boolean) => Promise<string | RedisCredentials>;

/** The endpoint; a `TokenSource` is called again after a rotation. */
export interface SessionOptions extends Omit<ConnectionOptions, 'token'> {
  readonly token: string | TokenSource;
}

/**
 * After this idle time a PING checks the connection before its next use. Measured by the wall clock: the monotonic clock of
 * a frozen function may stop.
 */
const idleMs = 5000;
/** Beside Redis a PING takes a millisecond. A connection that was replaced needlessly costs 10 ms, a lost one this limit. */
const pingLimitMs = 50;

/** One connection at a time, replaced when it fails. */
export class RedisSession {
  readonly endpoint: string;
  // Private fields, so that `console.log` and JSON omit the token.
  readonly #options: SessionOptions;
  #client: Promise<Redis> | undefined;
  private lastUsedMs = 0;
  private tokenRefused = false;
  private closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.endpoint = `${options.host}:${options.port}`;
  }

  /**
   * Connects ahead of the first use, and waits for it up to `limitMs`. Never rejects: after a failure the first use connects anew
   * and reports its own error; a connection that takes longer is the first use's.
   */
  async warmUp(limitMs: number): Promise<void> {
    const opened = (this.#client ??= this.open());
    const settled = opened.then(
      () => undefined,
      (error: unknown) => {
        this.drop(opened);
        this.toRedisError('connect', error);
      },
    );
    await Promise.race([settled, sleep(limitMs, undefined, { ref: false })]);
  }

  /**
   * Runs `work` on a connection that answers.
   * A connection that fails is dropped. The work is not repeated, since only the caller knows whether that is safe.
   * @param doing names the work in an error.
   * @throws RedisError with the fault and the reaction.
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

  /** Closes the session permanently; pending commands fail. */
  close(): void {
    this.closed = true;
    this.reset();
  }

  /** Drops the connection and its pending commands; the next use opens a new one. */
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
    // A reply that waits in the socket while this process was busy is read before `setImmediate` calls back.
    const limit = new Promise<boolean>(
      (resolve) => (timer = setTimeout(() => setImmediate(resolve, false), pingLimitMs)),
    );
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
    const given = typeof token === 'string' ? token : await token(this.tokenRefused);
    const redis = await connect({ ...rest, ...(typeof given === 'string' ? { token: given } : given) });
    this.tokenRefused = false;
    this.lastUsedMs = Date.now();
    return redis;
  }

  /** Drops only this connection: another caller may have replaced it already. */
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
 * Commands issued in the same tick are flushed in one write: each write is a system call and a context switch, which cost more than a
 * script. Corks are counted, so the last `uncork` of the tick flushes.
 */
function writeTogether({ stream }: Redis): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}
