import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { connect } from '../../../queue/connection';
import { startRedis, type LocalRedis } from '../../../dev/local/redis-server';

/** A TLS connection after its handshake. */
async function handshake(port: number, ca: string, servername: string): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, ca, servername });
  await once(socket, 'secureConnect');
  return socket;
}

describe('a Redis with a replica', () => {
  let redis: LocalRedis;
  beforeAll(async () => {
    redis = await startRedis({ replica: true, config: { maxmemory: '50mb' } });
  });
  afterAll(async () => {
    await redis.stop();
  });

  test('uses TLS with a certificate for localhost that is signed by its own certificate authority', async () => {
    (await handshake(redis.port, redis.ca, 'localhost')).destroy();
    await expect(handshake(redis.port, redis.ca, 'redis.example')).rejects.toThrow('does not match');
    const stranger = await startRedis({ replica: false });
    await expect(handshake(redis.port, stranger.ca, 'localhost')).rejects.toThrow(/certificate/);
    await stranger.stop();
  });

  test('both servers accept only clients with the token', async () => {
    for (const { port } of [redis.primary, redis.replica ?? redis.primary]) {
      const client = await connect({ ...redis, port });
      client.disconnect();
      await expect(connect({ ...redis, port, token: 'another' })).rejects.toThrow(/WRONGPASS/);
    }
  });

  test('copies each write to the replica, and WAIT returns 0 when the replica does not answer', async () => {
    const client = await connect(redis);
    await client.set('key', 'value');
    expect(await client.wait(1, 2_000)).toBe(1);
    redis.replica?.pause();
    await client.set('key', 'other');
    expect(await client.wait(1, 50)).toBe(0);
    redis.replica?.resume();
    expect(await client.wait(1, 2_000)).toBe(1);
    client.disconnect();
  });

  test('accepts configuration options, and its token is not in the list of processes', async () => {
    const client = await connect(redis);
    expect(await client.config('GET', 'maxmemory')).toEqual(['maxmemory', String(50 * 1024 * 1024)]);
    client.disconnect();
    const commandLine = readFileSync(`/proc/${redis.primary.pid}/cmdline`, 'utf8');
    // An engine of another distribution runs through its own loader.
    expect(commandLine).toMatch(/server|ld-linux/);
    expect(commandLine).not.toContain(redis.token);
    expect(statSync(redis.folder).mode & 0o777).toBe(0o700);
  });

  test('restarts empty on the same port after a kill, and its replica reconnects', async () => {
    const before = redis.primary.pid;
    await redis.primary.kill();
    await expect(connect(redis)).rejects.toThrow(/ECONNREFUSED/);
    await redis.primary.restart();
    expect(redis.primary.pid).not.toBe(before);
    await redis.replicaLinked();
    const client = await connect(redis);
    expect(await client.dbsize()).toBe(0);
    client.disconnect();
  });
});

test('stop() ends the processes and removes the folder, and may be called twice', async () => {
  const redis = await startRedis({ replica: true });
  await redis.stop();
  await redis.stop();
  expect(existsSync(redis.folder)).toBe(false);
  await expect(handshake(redis.port, redis.ca, 'localhost')).rejects.toThrow(/ECONNREFUSED/);
});

test('the error of a server that cannot start contains the reason', async () => {
  await expect(startRedis({ replica: false, config: { 'no-such-option': '1' } })).rejects.toThrow(
    /ended before it was ready[^]*no-such-option/,
  );
});

describe('when its parent process is ended by a signal', () => {
  let temporary: string;
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'model-events-test-'));
  });
  afterEach(() => rmSync(temporary, { recursive: true }));

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'leaves no process and no file behind after %s',
    async (signal) => {
      const owner = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'redis-owner.ts')], {
        env: { ...process.env, TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
      const { ports, ca, folder } = JSON.parse(line) as { ports: number[]; ca: string; folder: string };
      expect(existsSync(folder)).toBe(true);
      const sockets = await Promise.all(ports.map((port) => handshake(port, ca, 'localhost')));
      const ended = sockets.map(
        (socket) =>
          new Promise((resolve) => {
            // A reset ends a connection as well as a FIN does.
            socket.on('error', () => undefined);
            socket.resume().once('close', resolve);
          }),
      );

      const removed = new Promise<void>((resolve) => {
        const watcher = watch(temporary, () => {
          if (existsSync(folder)) return;
          watcher.close();
          resolve();
        });
      });
      owner.kill(signal);
      await Promise.all([...ended, removed]);
      for (const port of ports) {
        // A process that is ending may still accept a connection, and resets it.
        await expect(handshake(port, ca, 'localhost')).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
      }
    },
  );
});
