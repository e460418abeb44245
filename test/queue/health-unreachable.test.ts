/** If Redis is unreachable, the health check reports the cause within its time limit. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { checkHealth } from '../../queue/health';
import { RedisSession } from '../../queue/session';
import { useHealthSessions } from '../support/health-sessions';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();
const queues = ['model_events'];
const sessionOf = useHealthSessions(redis);

/** Expects that the Redis check is the only one, since the queues are unknown. */
async function faultOf(session: RedisSession, limitMs?: number): Promise<string | undefined> {
  const health = await checkHealth(session, { queues, ...(limitMs === undefined ? {} : { limitMs }) });
  expect(health.status).toBe('fail');
  expect(Object.keys(health.checks)).toEqual(['redis:write']);
  const [check] = health.checks['redis:write'] ?? [];
  expect(check).toMatchObject({ status: 'fail', componentType: 'datastore' });
  expect(check?.observedValue).toBeUndefined();
  expect(check?.output).toMatch(/^(?:connect|inspect model_events|health check) at Redis \S+:\d+ failed: .+ \(.+\)$/);
  expect(check?.output).not.toContain(redis.server.token);
  return check?.fault;
}

test('a name that does not resolve is reported as name-not-resolved', async () => {
  expect(await faultOf(sessionOf({ host: 'no-such-host.invalid' }))).toBe('name-not-resolved');
});

test('a port where nothing listens is reported as connection-refused', async () => {
  expect(await faultOf(sessionOf({ port: 1 }))).toBe('connection-refused');
});

test('a certificate of an untrusted authority is reported', async () => {
  const { ca: _, ...endpoint } = endpointOf(redis.server);
  const session = new RedisSession(endpoint);
  try {
    expect(await faultOf(session)).toBe('certificate');
  } finally {
    session.close();
  }
});

test('a refused token and an unreadable secret are reported', async () => {
  expect(await faultOf(sessionOf({ token: 'wrong-token-wrong' }))).toBe('token-refused');
  const token = () => Promise.reject(new Error('cannot read the Redis token from the secret: AccessDenied'));
  expect(await faultOf(sessionOf({ token }))).toBe('secret-unreadable');
});

test('a rotated token is read again and the check does not fail', async () => {
  const { token } = redis.server;
  const session = sessionOf({ token: (fresh) => Promise.resolve(fresh ? token : 'the-token-before') });
  expect((await checkHealth(session, { queues })).status).toBe('pass');
});

test('a killed Redis is reported until its restart', async () => {
  const session = sessionOf();
  expect((await checkHealth(session, { queues })).status).toBe('pass');
  await redis.server.primary.kill();
  expect(await faultOf(session)).toBe('connection-refused');
  await redis.server.primary.start();
  expect((await checkHealth(session, { queues })).status).toBe('pass');
});

describe('a Redis that hangs', () => {
  test('is a command timeout on an open connection and a TLS timeout on a new one', async () => {
    const session = sessionOf();
    expect((await checkHealth(session, { queues })).status).toBe('pass');
    redis.server.primary.pause();
    try {
      expect(await faultOf(session)).toBe('command-timeout');
      expect(await faultOf(session)).toBe('tls-timeout');
    } finally {
      redis.server.primary.resume();
    }
    expect((await checkHealth(session, { queues })).status).toBe('pass');
  });

  test('is reported within the limit even if the session would wait longer', async () => {
    const session = sessionOf({ connectTimeoutMs: 600_000, commandTimeoutMs: 600_000 });
    expect((await checkHealth(session, { queues })).status).toBe('pass');
    redis.server.primary.pause();
    try {
      expect(await faultOf(session, 200)).toBe('command-timeout');
      expect(await faultOf(session, 200)).toBe('connect-timeout');
    } finally {
      redis.server.primary.resume();
    }
    expect((await checkHealth(session, { queues })).status).toBe('pass');
  });
});

test('a connection that is accepted and never answered is reported within the limit', async () => {
  const sockets: Socket[] = [];
  const silent: Server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  try {
    expect(await faultOf(sessionOf({ port, connectTimeoutMs: 100 }))).toBe('tls-timeout');
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
});
