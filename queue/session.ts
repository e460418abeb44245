import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { connect, type ConnectionOptions } from './connection';
import { rootQueue, slotOf } from '../contract/patterns';
import { type Redirection, RedisError } from './errors';

/** Returns the auth token, or user and password; `fresh` bypasses a cached one, since Redis refused it. */
export type TokenSource = (fresh: boolean) => Promise<string | Login>;
type Login = Pick<ConnectionOptions, 'username' | 'token' | 'iam'>;

/** The endpoint; a `TokenSource` is called again after a rotation. */
export interface SessionOptions extends Omit<ConnectionOptions, 'token' | 'asking' | 'iam'> {
  readonly token: string | TokenSource;
}

/**
 * After this idle time a PING checks the connection before its next use. Measured by the wall clock: the monotonic clock of
 * a frozen function may stop.
 */
const idleMs = 5000;
/** Beside Redis a PING takes a millisecond. A connection that was replaced needlessly costs 10 ms, a lost one this limit. */
const pingLimitMs = 50;

/** AWS closes a connection 12 hours after its last AUTH with an IAM token ("Authenticating with IAM"). */
const renewalMs = 11 * 3_600_000;
/** The pause after an AUTH that failed: the connection works on, until AWS closes it and the next one reports why. */
const renewalPauseMs = 60_000;

/** Repeats of one use while slots move; the pauses become longer, up to 620 ms in all. */
const mostRepeats = 5;
const migrationPauseMs = 20;

/**
 * One connection at a time, replaced when it fails. In cluster mode it is for the keys of one slot: a redirection leads it to the
 * node of this slot, and after a failure it starts again at the configured endpoint.
 */
export class RedisSession {
  // Private fields, so that `console.log` and JSON omit the token.
  readonly #options: SessionOptions;
  #client: Promise<Redis> | undefined;
  /** Where the slot is; the configured endpoint if no redirection has named another node. */
  private node: { readonly host: string; readonly port: number };
  /** The sessions for queues in other slots. */
  private readonly others = new Map<string, RedisSession>();
  /** The session with the node that is about to get the slot. */
  private asked: RedisSession | undefined;
  private lastUsedMs = 0;
  private renewalDueMs = Infinity;
  private running = 0;
  private tokenRefused = false;
  private closed = false;

  constructor(
    options: SessionOptions,
    private readonly slot: string = rootQueue,
    private readonly asking = false,
  ) {
    this.#options = options;
    this.node = this.configured();
  }

  /** `host:port` of the node. */
  get endpoint(): string {
    return `${this.node.host}:${this.node.port}`;
  }

  /** How many uses wait for replies. */
  get unanswered(): number {
    return this.running;
  }

  /** The session for the keys in a queue's slot: this one for a queue without a hash tag. */
  at(queue: string): RedisSession {
    const slot = slotOf(queue);
    if (slot === this.slot) return this;
    const session = this.others.get(slot) ?? new RedisSession(this.#options, slot);
    if (this.closed) session.close();
    this.others.set(slot, session);
    return session;
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
   * A connection that fails is dropped. The work is not repeated, since only the caller knows whether that is safe; only a command
   * that a cluster has not run, because its slot is on another node or moves to one, is, with the commands of the work before it.
   * @param doing names the work in an error.
   * @throws RedisError with the fault and the reaction.
   */
  async use<Result>(doing: string, work: (redis: Redis) => Promise<Result>): Promise<Result> {
    let asked: RedisSession | undefined;
    for (let repeats = 0; ; repeats++) {
      try {
        return await (asked ?? this).useNode(doing, work);
      } catch (error) {
        const { redirection, fault } = error as RedisError;
        asked = undefined;
        if (repeats === mostRepeats) throw error;
        if (redirection?.kind === 'ASK') asked = this.askedAt(redirection);
        else if (fault === 'slot-migrating') await sleep(migrationPauseMs * 2 ** repeats);
        else if (redirection === undefined) throw error;
      }
    }
  }

  /** Closes the session permanently; pending commands fail. */
  close(): void {
    this.closed = true;
    for (const session of this.inner()) session.close();
    this.reset();
  }

  /** Drops the connection and its pending commands; the next use opens a new one. */
  reset(): void {
    const client = this.#client;
    this.#client = undefined;
    this.node = this.configured();
    for (const session of this.inner()) session.reset();
    client?.then(
      (redis) => redis.disconnect(),
      () => undefined,
    );
  }

  /** Without the other options, so that the token is in no field that is printed. */
  private configured(): { readonly host: string; readonly port: number } {
    return { host: this.#options.host, port: this.#options.port };
  }

  /** One attempt. After a redirection to the slot's node, the next one is there. */
  private async useNode<Result>(doing: string, work: (redis: Redis) => Promise<Result>): Promise<Result> {
    const { opened, redis } = await this.connection(doing);
    writeTogether(redis);
    this.running++;
    try {
      const result = await work(redis);
      this.lastUsedMs = Date.now();
      return result;
    } catch (error) {
      const failure = this.toRedisError(doing, error);
      if (failure.redirection !== undefined) this.follow(opened, redis, failure.redirection);
      else if (failure.reconnect || redis.status !== 'ready') this.drop(opened, redis);
      throw failure;
    } finally {
      this.running--;
    }
  }

  private inner(): RedisSession[] {
    return [...this.others.values(), ...(this.asked === undefined ? [] : [this.asked])];
  }

  private follow(opened: Promise<Redis>, redis: Redis, { kind, host, port }: Redirection): void {
    // Another caller may have followed already.
    if (kind === 'ASK' || this.asking || this.#client !== opened) return;
    this.#client = undefined;
    this.node = { host: host || this.node.host, port };
    // Replies to other commands may be on their way.
    redis.quit().catch(() => redis.disconnect());
  }

  private askedAt({ host: named, port }: Redirection): RedisSession {
    const host = named || this.node.host;
    if (this.asked?.endpoint === `${host}:${port}`) return this.asked;
    this.asked?.close();
    this.asked = new RedisSession({ ...this.#options, host, port }, this.slot, true);
    return this.asked;
  }

  private async connection(doing: string): Promise<{ opened: Promise<Redis>; redis: Redis }> {
    for (;;) {
      const opened = (this.#client ??= this.open());
      try {
        const redis = await opened;
        if (await this.isAlive(redis)) {
          if (Date.now() >= this.renewalDueMs) await this.renew(redis);
          return { opened, redis };
        }
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
    const { token: _, ...rest } = this.#options;
    const { host, port } = this.node;
    const credentials = await this.credentials();
    const redis = await connect({ ...rest, host, port, asking: this.asking, ...credentials });
    this.tokenRefused = false;
    this.lastUsedMs = Date.now();
    this.renewalDueMs = credentials.iam === true ? this.lastUsedMs + renewalMs : Infinity;
    return redis;
  }

  private async credentials(): Promise<Login> {
    const { token } = this.#options;
    const given = typeof token === 'string' ? token : await token(this.tokenRefused);
    return typeof given === 'string' ? { token: given } : given;
  }

  /** Authenticates the connection again. Its other commands go on: Redis keeps the user whatever comes of it. */
  private async renew(redis: Redis): Promise<void> {
    this.renewalDueMs = Date.now() + renewalPauseMs;
    try {
      const { username = 'default', token } = await this.credentials();
      await redis.auth(username, token);
      this.renewalDueMs = Date.now() + renewalMs;
    } catch {
      this.tokenRefused = true;
    }
  }

  /** Drops only this connection, once: another caller may have dropped or replaced it already. */
  private drop(opened: Promise<Redis>, redis?: Redis): void {
    if (this.#client !== opened) return;
    this.#client = undefined;
    this.node = this.configured();
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
