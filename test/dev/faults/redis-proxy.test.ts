/** The proxy that breaks the network for `make test-faults` and other tests: it injects the requested faults and no others. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { unimpaired } from '../../../dev/faults/proxied-connection';
import { randomFrom } from '../../../dev/faults/random';
import { addresses, RedisProxy } from '../../../dev/faults/redis-proxy';

/** Answers each line with its own name. */
async function startServer(name: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (line) => {
      received.push(line.toString());
      socket.write(`${name}:${line.toString()}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const received: string[] = [];
const sockets: Socket[] = [];
let first: Server;
let second: Server;
let proxy: RedisProxy;
let target: number;

async function open(address: keyof typeof addresses = 'usual'): Promise<Socket> {
  const socket = connect(proxy.port, addresses[address]);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, line: string): Promise<string> {
  socket.write(line);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}

/** The error with which a socket ends; undefined if it ends normally. */
async function endOf(socket: Socket): Promise<string | undefined> {
  let code: string | undefined;
  socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code));
  await new Promise((resolve) => socket.once('close', resolve));
  return code;
}

beforeEach(async () => {
  received.length = 0;
  [first, second] = await Promise.all([startServer('first'), startServer('second')]);
  target = portOf(first);
  proxy = await RedisProxy.start((address) => (address === 'usual' ? target : portOf(second)), {
    random: randomFrom(1),
    listenOn: ['usual', 'other'],
  });
});
afterEach(() => {
  proxy.stop();
  for (const socket of sockets.splice(0)) socket.destroy();
  first.close();
  second.close();
});

test('when the target changes, open connections stay with the old server and new ones reach the new server', async () => {
  const old = await open();
  expect(await ask(old, 'a')).toBe('first:a');

  target = portOf(second);

  expect(await ask(old, 'b')).toBe('first:b');
  expect(await ask(await open(), 'c')).toBe('second:c');
});

test('the other address reaches its own target', async () => {
  expect(await ask(await open('other'), 'a')).toBe('second:a');
});

test('cut() resets every open connection, and new ones work', async () => {
  const socket = await open();
  await ask(socket, 'a');
  const end = endOf(socket);
  proxy.cut();
  expect(await end).toBe('ECONNRESET');
  expect(await ask(await open(), 'b')).toBe('first:b');
});

test('a half-open connection receives nothing and stays open, and a new one works', async () => {
  const socket = await open();
  await ask(socket, 'a');
  proxy.halfOpen();
  socket.write('b');
  expect(await ask(await open(), 'c')).toBe('first:c');
  expect(received).toEqual(['a', 'c']);
  expect(socket.closed).toBe(false);
});

test('bytes that arrive during a pause pass in order after it', async () => {
  const socket = await open();
  await ask(socket, 'a');
  proxy.pause();
  socket.write('b');
  proxy.resume();
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toBe('first:b');
});

test('a proxy that refuses rejects new connections and keeps open ones', async () => {
  const socket = await open();
  proxy.refuse();
  await expect(open()).rejects.toThrow('ECONNREFUSED');
  expect(await ask(socket, 'a')).toBe('first:a');
  await proxy.listen();
  expect(await ask(await open(), 'b')).toBe('first:b');
});

test('a lost reply is dropped after the server has received the request', async () => {
  proxy.impairment = { ...unimpaired, lostReplyShare: 1 };
  const socket = await open();
  const end = endOf(socket);
  socket.write('a');
  expect(await end).toBe('ECONNRESET');
  expect(received).toEqual(['a']);
});

test('jitter does not change the order of bytes', async () => {
  proxy.impairment = { ...unimpaired, delayMs: 5, jitterMs: 5 };
  const socket = await open();
  let answers = '';
  const complete = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      answers += chunk.toString().replaceAll('first:', '');
      if (answers.length === 20) resolve();
    });
  });
  for (const letter of 'abcdefghijklmnopqrst') {
    socket.write(letter);
    await new Promise(setImmediate);
  }
  await complete;
  expect(answers).toBe('abcdefghijklmnopqrst');
});

test('the n-th reply is dropped with its connection, and those before it pass', async () => {
  const socket = await open();
  const end = endOf(socket);
  let dropped = false;
  proxy.dropNthReply(3, () => (dropped = true));
  await ask(socket, 'a');
  await ask(socket, 'b');
  expect(dropped).toBe(false);
  socket.write('c');
  expect(await end).toBe('ECONNRESET');
  expect({ dropped, received }).toEqual({ dropped: true, received: ['a', 'b', 'c'] });
});

test('the reply to the next request is dropped with its connection', async () => {
  const socket = await open();
  await ask(socket, 'a');
  const [dropped, end] = [proxy.dropNextReply(), endOf(socket)];
  socket.write('b');
  await dropped;
  expect({ end: await end, received }).toEqual({ end: 'ECONNRESET', received: ['a', 'b'] });
  expect(await ask(await open(), 'c')).toBe('first:c');
});

test('the same seed yields the same random numbers', () => {
  const [a, b, c] = [randomFrom(7), randomFrom(7), randomFrom(8)];
  const numbers = Array.from({ length: 50 }, a);
  expect(Array.from({ length: 50 }, b)).toEqual(numbers);
  expect(Array.from({ length: 50 }, c)).not.toEqual(numbers);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
});
