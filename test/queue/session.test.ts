import { RedisProxy } from '../../dev/faults/redis-proxy';
import { RedisSession } from '../../queue/session';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();
const open: RedisSession[] = [];
const sessionOf = (change: Partial<ConstructorParameters<typeof RedisSession>[0]> = {}) => {
  const session = new RedisSession({ ...endpointOf(redis.server), ...change });
  open.push(session);
  return session;
};
const idOf = (session: RedisSession) => session.use('ask', (client) => client.client('ID'));
afterEach(() => {
  for (const session of open.splice(0)) session.close();
});

test('callers at the same time share one connection', async () => {
  const session = sessionOf();
  const ids = await Promise.all([1, 2, 3].map(() => idOf(session)));
  expect(new Set(ids).size).toBe(1);
});

test('warmUp() connects before the first use', async () => {
  const clients = async () =>
    [...String(await redis.client.client('LIST')).matchAll(/^id=(\d+)/gm)].map(([, id]) => id);
  const before = await clients();
  const session = sessionOf();
  await session.warmUp(10_000);
  const added = (await clients()).filter((id) => !before.includes(id));
  expect(added).toHaveLength(1);
  expect(String(await idOf(session))).toBe(added[0]);
});

test('after warmUp() failed, the first use connects anew, with a token that is read again', async () => {
  const tokens = ['wrong', redis.server.token];
  const session = sessionOf({ token: () => Promise.resolve(tokens.shift() ?? '') });
  await session.warmUp(10_000);
  await idOf(session);
  expect(tokens).toEqual([]);
});

test('warmUp() waits no longer than its limit, and the first use takes the same connection', async () => {
  let provide: (token: string) => void = () => undefined;
  let reads = 0;
  const session = sessionOf({
    token: () => {
      reads++;
      return new Promise((resolve) => (provide = resolve));
    },
  });
  await session.warmUp(1);
  const used = idOf(session);
  provide(redis.server.token);
  await used;
  expect(reads).toBe(1);
});

test('a killed connection is replaced, and the interrupted work is not repeated', async () => {
  const session = sessionOf();
  const id = await idOf(session);
  let runs = 0;
  const work = session.use('wait', (client) => {
    runs++;
    return client.blmove('a', 'b', 'RIGHT', 'LEFT', 4);
  });
  const failed = expect(work).rejects.toMatchObject({ fault: 'connection-lost', reaction: 'retry' });
  while (!/ cmd=blmove /.test(String(await redis.client.client('LIST')))) await redis.client.ping();
  await redis.client.client('KILL', 'ID', id);

  await failed;
  expect(runs).toBe(1);
  expect(await idOf(session)).not.toBe(id);
});

test('a connection that died while idle is replaced without an error', async () => {
  const session = sessionOf();
  const id = await idOf(session);
  await redis.client.client('KILL', 'ID', id);
  // Wait until the socket has received the end of the connection.
  await redis.client.ping();
  let next = await idOf(session).catch(() => id);
  if (next === id) next = await idOf(session);
  expect(next).not.toBe(id);
});

test('an error that is not a connection error keeps the connection', async () => {
  const session = sessionOf();
  const id = await idOf(session);
  await redis.client.set('text', 'x');
  await expect(session.use('push', (client) => client.lpush('text', 'y'))).rejects.toMatchObject({
    fault: 'wrong-type',
  });
  expect(await idOf(session)).toBe(id);
});

test('the next use reconnects to a restarted Redis', async () => {
  const session = sessionOf();
  await idOf(session);
  await redis.server.primary.kill();
  await expect(idOf(session)).rejects.toMatchObject({ reaction: 'retry', reconnect: true });
  await redis.server.primary.start();
  expect(await idOf(session)).toBeGreaterThan(0);
});

test('a connection that was lost silently while idle is replaced before the work runs', async () => {
  const proxy = await RedisProxy.start(() => redis.server.port);
  const clock = jest.spyOn(Date, 'now');
  try {
    const session = sessionOf({ port: proxy.port });
    const id = await idOf(session);
    proxy.halfOpen();
    const hourLater = Date.now() + 3_600_000;
    clock.mockImplementation(() => hourLater);
    expect(await idOf(session)).not.toBe(id);
  } finally {
    clock.mockRestore();
    proxy.stop();
  }
});

test('a half-open connection is noticed by the command time limit and replaced once the server is back', async () => {
  const session = sessionOf({ commandTimeoutMs: 200, connectTimeoutMs: 200 });
  const id = await idOf(session);
  redis.server.primary.pause();
  try {
    await expect(idOf(session)).rejects.toMatchObject({ fault: 'command-timeout', reconnect: true });
    await expect(idOf(session)).rejects.toMatchObject({ fault: 'tls-timeout', reconnect: true });
  } finally {
    redis.server.primary.resume();
  }
  expect(await idOf(session)).not.toBe(id);
});

test('a rotated token is requested again once, and the command succeeds', async () => {
  const asked: boolean[] = [];
  const { token } = redis.server;
  const session = sessionOf({
    token: (fresh) => {
      asked.push(fresh);
      return Promise.resolve(fresh ? token : 'the-token-before-the-rotation');
    },
  });

  await expect(idOf(session)).rejects.toMatchObject({ reaction: 'reauthenticate' });
  expect(await idOf(session)).toBeGreaterThan(0);
  await idOf(session);

  expect(asked).toEqual([false, true]);
});

test('an error of the token source is distinguished from an error of Redis', async () => {
  const session = sessionOf({ token: () => Promise.reject(new Error('cannot read the Redis token: AccessDenied')) });
  await expect(idOf(session)).rejects.toMatchObject({ fault: 'secret-unreadable', reaction: 'retry' });
});

test('a closed session stays closed, fails pending commands and names the cause', async () => {
  const session = sessionOf();
  await idOf(session);
  const pending = session.use('wait', (client) => client.blmove('a', 'b', 'RIGHT', 'LEFT', 4));
  const failed = expect(pending).rejects.toThrow(/closed/);
  while (!/ cmd=blmove /.test(String(await redis.client.client('LIST')))) await redis.client.ping();
  session.close();
  await failed;
  await expect(idOf(session)).rejects.toThrow(/closed by its owner/);
});

test('a session closed while connecting leaves no connection open', async () => {
  const session = sessionOf();
  const using = expect(idOf(session)).rejects.toThrow(/closed/i);
  session.close();
  await using;
  while (
    String(await redis.client.client('LIST'))
      .trim()
      .split('\n').length > 1
  )
    await redis.client.ping();
});
