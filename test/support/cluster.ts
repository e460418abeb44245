import { type ClusterOptions, type LocalCluster, startCluster } from '../../dev/local/redis-cluster';
import { type LocalRedisUsers, localRedisUsers, userLines } from '../../dev/local/redis-users';
import { RedisSession, type SessionOptions } from '../../queue/session';

/** A real cluster for the tests of one file, empty before each test. */
export interface TestCluster {
  readonly server: LocalCluster;
  /** The users of {@link clusterSubscriptions}. */
  readonly users: LocalRedisUsers;
  /** The same for a Redis whose engine confirms writes: without the commands that ElastiCache Serverless or MemoryDB lack. */
  readonly restrictedUsers: LocalRedisUsers;
  /** A session that the test ends. */
  session(change?: Partial<SessionOptions>): RedisSession;
}

/** Two subscriptions share a slot, and one has a slot of its own. */
export const clusterSubscriptions = [
  { service: 'hokusai-token', queue: '{model_events}' },
  { service: 'hokusai-audit', queue: '{model_events}:audit' },
  { service: 'hokusai-site', queue: '{model_events:site}' },
] as const;

/** Starts three primaries with a replica each before the first test; call it at the top of a file. */
export function useCluster(options: ClusterOptions = {}): TestCluster {
  let server: LocalCluster | undefined;
  const users = localRedisUsers(clusterSubscriptions);
  const restrictedUsers = localRedisUsers(clusterSubscriptions, { restricted: true });
  const sessions: RedisSession[] = [];
  const running = (): LocalCluster => {
    if (server === undefined)
      throw new Error('the cluster is started before the first test, not while the file is read');
    return server;
  };
  beforeAll(async () => {
    const config = { ...userLines(users), ...userLines(restrictedUsers), ...options.config };
    server = await startCluster({ ...options, config });
  });
  beforeEach(async () => {
    // A test may have changed the primaries.
    await server?.settled();
    await server?.flush();
  });
  afterEach(() => {
    for (const session of sessions.splice(0)) session.close();
  });
  afterAll(() => server?.stop());
  return {
    users,
    restrictedUsers,
    get server() {
      return running();
    },
    session: (change = {}) => {
      const { host, port, token, ca } = running();
      const session = new RedisSession({ host, port, token, ca, ...change });
      sessions.push(session);
      return session;
    },
  };
}
