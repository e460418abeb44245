/** The proxy that breaks the network for `make test-faults`: it has to break what it says, and nothing else. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { untouched } from '../../../dev/faults/connection-pair';
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
let way: RedisProxy;
let target: number;

async function open(address: keyof typeof addresses = 'usual'): Promise<Socket> {
  const socket = connect(way.port, addresses[address]);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, line: string): Promise<string> {
  socket.write(line);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}

/** The error with which a socket ends; nothing where it ends in order. */
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
  way = await RedisProxy.start((address) => (address === 'usual' ? target : portOf(second)), randomFrom(1));
});
afterEach(() => {
  way.stop();
  for (const socket of sockets.splice(0)) socket.destroy();
  first.close();
  second.close();
});

test('the address stays while what is behind it changes: open connections stay with the old one, new ones reach the new one', async () => {
  const old = await open();
  expect(await ask(old, 'a')).toBe('first:a');

  target = portOf(second);

  expect(await ask(old, 'b')).toBe('first:b');
  expect(await ask(await open(), 'c')).toBe('second:c');
});

test('a name can lead to the other address, where another server stands', async () => {
  expect(await ask(await open('other'), 'a')).toBe('second:a');
});

test('a cut resets every open connection, and new ones work', async () => {
  const socket = await open();
  await ask(socket, 'a');
  const end = endOf(socket);
  way.cut();
  expect(await end).toBe('ECONNRESET');
  expect(await ask(await open(), 'b')).toBe('first:b');
});

test('a half-open connection gets nothing and is not closed, and a new one works', async () => {
  const socket = await open();
  await ask(socket, 'a');
  way.halfOpen();
  socket.write('b');
  expect(await ask(await open(), 'c')).toBe('first:c');
  expect(received).toEqual(['a', 'c']);
  expect(socket.closed).toBe(false);
});

test('what comes while everything stands still passes afterwards, in its order', async () => {
  const socket = await open();
  await ask(socket, 'a');
  way.standStill();
  socket.write('b');
  way.goOn();
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toBe('first:b');
});

test('a refusing way is a port on which nobody listens, and open connections stay', async () => {
  const socket = await open();
  way.refuse();
  await expect(open()).rejects.toThrow('ECONNREFUSED');
  expect(await ask(socket, 'a')).toBe('first:a');
  await way.accept();
  expect(await ask(await open(), 'b')).toBe('first:b');
});

test('a lost reply is lost after the server has done the work', async () => {
  way.treatment = { ...untouched, lostReplyShare: 1 };
  const socket = await open();
  const end = endOf(socket);
  socket.write('a');
  expect(await end).toBe('ECONNRESET');
  expect(received).toEqual(['a']);
});

test('jitter does not change the order of what is sent', async () => {
  way.treatment = { ...untouched, delayMs: 5, jitterMs: 5 };
  const socket = await open();
  let answers = '';
  const whole = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      answers += chunk.toString().replaceAll('first:', '');
      if (answers.length === 20) resolve();
    });
  });
  for (const letter of 'abcdefghijklmnopqrst') {
    socket.write(letter);
    await new Promise(setImmediate);
  }
  await whole;
  expect(answers).toBe('abcdefghijklmnopqrst');
});

test('a process can be killed at the n-th reply: the ones before it pass, and it does not', async () => {
  const socket = await open();
  const end = endOf(socket);
  let sprung = false;
  way.atReply(3, () => (sprung = true));
  await ask(socket, 'a');
  await ask(socket, 'b');
  expect(sprung).toBe(false);
  socket.write('c');
  expect(await end).toBe('ECONNRESET');
  expect({ sprung, received }).toEqual({ sprung: true, received: ['a', 'b', 'c'] });
});

test('the same seed resets the same connections', () => {
  const [a, b, c] = [randomFrom(7), randomFrom(7), randomFrom(8)];
  const numbers = Array.from({ length: 50 }, a);
  expect(Array.from({ length: 50 }, b)).toEqual(numbers);
  expect(Array.from({ length: 50 }, c)).not.toEqual(numbers);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
});
