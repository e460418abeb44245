import { type ClusterOptions, type LocalCluster, startCluster } from '../../dev/local/redis-cluster';
import { RedisSession, type SessionOptions } from '../../queue/session';

/** A real cluster for the tests of one file, empty before each test. */
export interface TestCluster {
  readonly server: LocalCluster;
  /** A session that the test ends. */
  session(change?: Partial<SessionOptions>): RedisSession;
}

/** Starts three primaries with a replica each before the first test; call it at the top of a file. */
export function useCluster(options: ClusterOptions = {}): TestCluster {
  let server: LocalCluster | undefined;
  const sessions: RedisSession[] = [];
  const running = (): LocalCluster => {
    if (server === undefined)
      throw new Error('the cluster is started before the first test, not while the file is read');
    return server;
  };
  beforeAll(async () => {
    server = await startCluster(options);
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
