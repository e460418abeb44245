import type { Redis } from 'ioredis';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { type LocalRedis, startRedis } from '../../dev/local/redis-server';
import { type LocalRedisUsers, localRedisUsers, userLines } from '../../dev/local/redis-users';
import { connect } from '../../queue/connection';

/** A real Redis with TLS and auth for the tests of one file, empty before each test. */
export interface TestRedis {
  /** The server; restart, pause or kill its processes at will. */
  readonly server: LocalRedis;
  /** A connection of the test's own, which may run every command. */
  readonly client: Redis;
  /** The users of the default subscriptions. */
  readonly users: LocalRedisUsers;
}

/**
 * Starts Redis before the first test and ends it after the last; call it at the top of a file.
 * @param options a replica, or lines of redis.conf.
 */
export function useRedis(options: { replica?: boolean; config?: Readonly<Record<string, string>> } = {}): TestRedis {
  const { replica = false, config = {} } = options;
  let server: LocalRedis | undefined;
  let client: Redis | undefined;
  const users = localRedisUsers(localSubscriptions);
  beforeAll(async () => {
    server = await startRedis({ replica, config: { ...userLines(users), ...config } });
  });
  beforeEach(async () => {
    // A test may have killed the server, and with it the connection.
    if (server !== undefined && client?.status !== 'ready') client = await connect(endpointOf(server));
    await client?.flushall();
  });
  afterAll(async () => {
    client?.disconnect();
    await server?.stop();
  });
  return {
    users,
    get server() {
      if (server === undefined) throw new Error('Redis is started before the first test, not while the file is read');
      return server;
    },
    get client() {
      if (client === undefined) throw new Error('Redis is started before the first test, not while the file is read');
      return client;
    },
  };
}

/** Connection options for a test's Redis. */
export function endpointOf({ host, port, token, ca }: Pick<LocalRedis, 'host' | 'port' | 'token' | 'ca'>): {
  host: string;
  port: number;
  token: string;
  ca: string;
} {
  return { host, port, token, ca };
}
