import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { createAuthority } from '../../dev/local/certificates';
import { freePort } from '../../dev/local/free-port';
import { startRedis } from '../../dev/local/redis-server';
import { connect, type ConnectionOptions } from '../../queue/connection';
import type { RedisError } from '../../queue/errors';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();

/** The error of a connection that must fail. */
async function failure(change: Partial<ConnectionOptions>): Promise<RedisError> {
  const options = { ...endpointOf(redis.server), ...change };
  const error = await connect(options).then(
    () => new Error('it connected'),
    (reason: unknown) => reason as RedisError,
  );
  expect(error.message).not.toContain(options.token);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(options.token);
  return error as RedisError;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('the connection is encrypted, authenticated and answers', async () => {
  const client = await connect(endpointOf(redis.server));
  expect(await client.ping()).toBe('PONG');
  client.disconnect();
  const byAddress = await connect({ ...endpointOf(redis.server), host: '127.0.0.1' });
  expect(await byAddress.ping()).toBe('PONG');
  byAddress.disconnect();
});

test('a token is sent as it is, whatever its characters', async () => {
  // Percent signs and plus signs are where clients that read the token from a URL change it.
  const token = 'a%3D+b=c:d@e/f?g h"\\é';
  await redis.client.config('SET', 'requirepass', token);
  try {
    const client = await connect({ ...endpointOf(redis.server), token });
    client.disconnect();
  } finally {
    await redis.client.config('SET', 'requirepass', redis.server.token);
  }
});

test('a wrong token is reported as token-refused with the reaction reauthenticate', async () => {
  const error = await failure({ token: 'an-old-token-0123456789' });
  expect(error).toMatchObject({ fault: 'token-refused', reaction: 'reauthenticate', reconnect: true });
  expect(error.message).toMatch(
    new RegExp(`connect at Redis localhost:${redis.server.port} failed: WRONGPASS.*rotated`),
  );
});

test('a connection of a Redis user has the rights of that user; a wrong user is refused like a wrong password', async () => {
  const user = { username: 'site', token: 'password-of-site-0123456789' };
  await redis.client.acl(
    'SETUSER',
    user.username,
    'reset',
    'on',
    `>${user.token}`,
    '~model_events:site',
    '+ping',
    '+llen',
    '+acl|whoami',
  );
  try {
    const client = await connect({ ...endpointOf(redis.server), ...user });
    expect(await client.acl('WHOAMI')).toBe('site');
    expect(await client.llen('model_events:site')).toBe(0);
    await expect(client.llen('model_events')).rejects.toThrow(/^NOPERM/);
    client.disconnect();

    expect(await failure({ ...user, username: 'other' })).toMatchObject({
      fault: 'token-refused',
      reaction: 'reauthenticate',
    });
    expect(await failure({ token: user.token })).toMatchObject({ fault: 'token-refused' });
  } finally {
    await redis.client.acl('DELUSER', user.username);
  }
});

test('a port where nothing listens is reported as connection-refused', async () => {
  const port = await freePort();
  const error = await failure({ port });
  expect(error).toMatchObject({ fault: 'connection-refused', reaction: 'retry' });
  expect(error.message).toMatch(new RegExp(`localhost:${port} failed: .*ECONNREFUSED.*check REDIS_PORT`));
});

test('a name that does not resolve is reported as name-not-resolved', async () => {
  const error = await failure({ host: 'redis.invalid' });
  expect(error).toMatchObject({ fault: 'name-not-resolved', reaction: 'retry' });
  expect(error.message).toMatch(/redis\.invalid:\d+ failed: .*the host name does not resolve/);
});

test.each([
  ['answers the TLS handshake in plain text', 'data', '-ERR not TLS\r\n'],
  // Redis waits for the end of a line, which a TLS handshake seldom contains.
  ['answers only complete lines, as Redis does', 'line', '+PONG\r\n'],
] as const)('a server without TLS that %s is reported as no-tls with the fix', async (_, answers, reply) => {
  const server = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        if (answers === 'data' || data.toString('latin1') === 'PING\r\n') socket.write(reply);
      }),
  );
  const error = await failure({ port: await listening(server), connectTimeoutMs: 100 });
  expect(error).toMatchObject({ fault: 'no-tls', reaction: 'retry', reconnect: true });
  expect(error.message).toMatch(/enable encryption in transit, and check REDIS_PORT/);
  server.close();
});

test('a host that answers no TCP connection is reported as connect-timeout with the security groups to check', async () => {
  // It accepts nothing: when its queue is full, the system drops further connections, as a security group does.
  const full = new Worker(
    `const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:worker_threads').parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`,
    { eval: true },
  );
  const [port] = (await once(full, 'message')) as [number];
  const waiting = [1, 2].map(() => connectTcp({ host: '127.0.0.1', port }));
  await Promise.all(waiting.map((socket) => once(socket, 'connect')));
  const error = await failure({ host: '127.0.0.1', port, connectTimeoutMs: 100 });
  expect(error).toMatchObject({ fault: 'connect-timeout', reaction: 'retry' });
  expect(error.message).toMatch(/security groups/);
  for (const socket of waiting) socket.on('error', () => undefined).destroy();
  await full.terminate();
});

test('a certificate of an untrusted authority is refused', async () => {
  const untrusted = await createAuthority();
  const error = await failure({ ca: untrusted.certificate });
  expect(error.fault).toBe('certificate');
  expect(error.message).toMatch(/certificate.*NODE_EXTRA_CA_CERTS or give the option redis\.ca /);
});

test('a certificate for another host name is refused', async () => {
  const authority = await createAuthority();
  const { certificate: cert, key } = await authority.issue({ names: ['redis.example'], addresses: [] });
  const server = createTlsServer({ cert, key }, (socket) => socket.on('error', () => undefined));
  server.on('tlsClientError', () => undefined);
  const error = await failure({ port: await listening(server), ca: authority.certificate });
  expect(error.fault).toBe('certificate');
  expect(error.message).toMatch(/localhost:\d+ failed: .*does not match certificate's altnames/);
  server.close();
});

test('a server that accepts the connection and hangs, as a paused node does, is reported as tls-timeout', async () => {
  const server = createServer((socket) => socket.on('error', () => undefined));
  const error = await failure({ port: await listening(server), connectTimeoutMs: 100 });
  expect(error).toMatchObject({ fault: 'tls-timeout', reaction: 'retry', reconnect: true });
  expect(error.message).toMatch(/the TCP connection works, but nothing answers/);
  server.close();
});

test.each(['rediss://redis.example:6379', 'redis.example/0', 'redis example', '', 'user@redis.example'])(
  'host %j is refused before anything is sent',
  async (host) => {
    await expect(connect({ ...endpointOf(redis.server), host })).rejects.toThrow(
      /must be a host name or an address, not a URL/,
    );
  },
);

test.each([0, 65_536, 6379.5, NaN])('port %d is refused before anything is sent', async (port) => {
  await expect(connect({ ...endpointOf(redis.server), port })).rejects.toThrow(/whole number from 1 to 65535/);
});

test('a closed connection does not reconnect, queue or resend commands', async () => {
  const client = await connect(endpointOf(redis.server));
  const id = await client.client('ID');
  const cut = once(client, 'end');
  await redis.client.client('KILL', 'ID', id);
  await cut;
  await expect(client.lpush('key', 'late')).rejects.toThrow();
  expect(client.status).toBe('end');
  expect(await redis.client.exists('key')).toBe(0);
});

test('the error of a server without AUTH does not contain the token', async () => {
  const odd = await startRedis({ replica: false, config: { 'rename-command': 'AUTH ""' } });
  try {
    const error = await connect(endpointOf(odd)).catch((reason: unknown) => reason);
    expect(String(error)).toContain("unknown command 'auth'");
    expect(String(error)).not.toContain(odd.token);
  } finally {
    await odd.stop();
  }
});

test('a URL as the host is refused and omitted from the error, since it may contain the token', async () => {
  const error = await connect({ ...endpointOf(redis.server), host: 'rediss://:secret-token@redis' }).catch(
    (reason: unknown) => reason,
  );
  expect(String(error)).toContain('must be a host name or an address');
  expect(String(error)).not.toContain('secret-token');
});
