/** The commands run in a real shell, against real sockets. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { holdsConnectionCommand, listensCommand } from '../../lib/container-health';

let server: Server;
let port: number;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterEach(async () => {
  server.close();
  if (server.listening) await once(server, 'close');
});

function healthy(command: string): boolean {
  return spawnSync('/bin/sh', ['-c', command]).status === 0;
}

test('a container that listens on its port is healthy, one that does not is not', async () => {
  expect(healthy(listensCommand(port))).toBe(true);
  server.close();
  await once(server, 'close');
  expect(healthy(listensCommand(port))).toBe(false);
});

test('a container without a configured port is healthy once it listens on any port', () => {
  expect(healthy(listensCommand())).toBe(true);
});

test('a consumer is healthy while it holds a connection to Redis, and not when it has none', async () => {
  expect(healthy(holdsConnectionCommand(port))).toBe(false);
  const accepted = once(server, 'connection') as Promise<[{ destroy: () => void }]>;
  const client = connect(port, '127.0.0.1');
  const [[serverSide]] = await Promise.all([accepted, once(client, 'connect')]);
  expect(healthy(holdsConnectionCommand(port))).toBe(true);
  client.destroy();
  await once(client, 'close');
  serverSide.destroy();
  expect(healthy(holdsConnectionCommand(port))).toBe(false);
});
