import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:http';
import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { writeConsumerFiles } from '../../dev/local/consumer-files';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { recordQueues } from '../../queue/covered-queues';
import { ModelQueue } from '../../queue/model-queue';
import { useOperations } from '../operations/operations-function';
import { claimed, oneClaimed } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { eventBody, message, registered } from '../support/events';
import { useRedis } from '../support/redis';
import { type Ended, executable, runProgram } from './program';

const redis = useRedis();
const operations = useOperations(redis);
const main = new ModelQueue('model_events');
const site = new ModelQueue('model_events:site');
const old = new ModelQueue('model_events:old');
let temporary = '';
let identity: Server;

beforeAll(async () => {
  // As `make local` leaves it: the files for consumers in Redis' folder.
  temporary = mkdtempSync(join(tmpdir(), 'model-events-operating-'));
  const folder = join(temporary, 'model-events-redis-test');
  mkdirSync(folder);
  const { host, port, token, caFile } = redis.server;
  await writeConsumerFiles({ host, port, token, caFile, folder }, localSubscriptions);
  identity = createServer((_, response) => {
    response.end(
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
        '<Arn>arn:aws:iam::123456789012:user/ada</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>',
    );
  });
  identity.listen(0, '127.0.0.1');
  await once(identity, 'listening');
});
afterAll(() => {
  identity.close();
  identity.closeAllConnections();
  rmSync(temporary, { recursive: true });
});

const local = (...words: string[]): Promise<Ended> => runProgram([...words, '--local'], { TMPDIR: temporary });

/** The same with a terminal on which these keys are typed. */
const typing = (typed: string, ...words: string[]): Promise<Ended> =>
  runProgram([...words, '--local'], { TMPDIR: temporary }, {}, typed);

const deployed = (...words: string[]): Promise<Ended> =>
  runProgram([...words, '-e', 'development'], {
    AWS_ENDPOINT_URL_LAMBDA: operations.lambdaUrl,
    AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(identity.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });

const linesOf = ({ out }: Ended): Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test.each([
  ['through the deployed function', deployed],
  ['with the Redis of `make local`', local],
])('depths shows the counts of every queue, %s', async (_, run) => {
  await redis.client.lpush('model_events', message('a'));
  await addDeadLetter(redis.client, site, message('b'));
  const table = await run('depths');
  expect(table).toMatchObject({ code: 0, err: '' });
  expect(table.out).toMatch(/hokusai-site +model_events:site +0 +- +0 +- +0 +1/);
  const time = expect.stringMatching(/^\d{4}-\S+Z$/) as string;
  expect(linesOf(await run('depths', '--json'))).toMatchObject([
    { time, depth: 1 },
    { time, dead_letters: 1 },
  ]);
});

test.each([
  ['through the deployed function', deployed],
  ['with the Redis of `make local`', local],
])('queues that no subscription names are shown, listed and redriven like the others, %s', async (_, run) => {
  await recordQueues(redis.client, [{ service: 'hokusai-old', queue: old.name }]);
  await addDeadLetter(redis.client, old, message('a'));
  expect((await run('depths')).out).toMatch(/no-subscription +model_events:old +0 +- +0 +- +0 +1/);
  expect(linesOf(await run('dlq', 'list', '--json'))).toMatchObject([{ queue: old.name, message_id: 'a' }]);
  expect(linesOf(await run('dlq', 'list', '--queue', old.name, '--json'))).toMatchObject([{ message_id: 'a' }]);
  expect(await run('dlq', 'redrive', '--queue', old.name)).toMatchObject({ code: 0 });
  expect(await redis.client.llen(old.keys.main)).toBe(1);
});

test.each([
  ['through the deployed function', deployed],
  ['with the Redis of `make local`', local],
])('pause and resume accept a service or a queue; depths shows since when and why, %s', async (_, run) => {
  const paused = await run('pause', 'hokusai-site', '--reason', 'RPC node is down');
  expect(paused).toMatchObject({ code: 0, err: '' });
  expect(paused.out).toMatch(/^model_events:site is paused since \d{4}-\S+Z RPC node is down\n$/);
  expect((await site.inspect(redis.client)).paused).toContain('RPC node is down');
  const { out } = await run('depths');
  expect(out).toMatch(/dead letters +state/i);
  expect(out).toMatch(/hokusai-site .* paused\n/);
  expect(out).toMatch(/\nmodel_events:site is paused since \S+ RPC node is down\n/);

  expect(await run('resume', site.name)).toEqual({ code: 0, out: 'model_events:site is resumed\n', err: '' });
  expect(await run('resume', site.name)).toEqual({ code: 0, out: 'model_events:site was not paused\n', err: '' });
  expect((await site.inspect(redis.client)).paused).toBeUndefined();
  expect((await run('depths')).out).not.toMatch(/paused/);
});

test('pause and resume print one JSON object with --json', async () => {
  const object = ({ out }: Ended) => JSON.parse(out) as Record<string, unknown>;
  const paused = object(await local('pause', 'hokusai-site', '--json'));
  expect(paused).toEqual({ queue: site.name, paused: expect.stringMatching(/^\d{4}-\S+Z$/) as string });
  const states = linesOf(await local('depths', '--json')).map((queue) => queue['paused']);
  expect(states).toEqual([null, paused['paused']]);
  expect(object(await local('resume', 'hokusai-site', '--json'))).toEqual({ queue: site.name, resumed: true });
  expect(object(await local('resume', 'hokusai-site', '--json'))).toEqual({ queue: site.name, resumed: false });
});

test.each(['pause', 'resume'])('%s requires a known queue, and changes nothing otherwise', async (command) => {
  const unknown = await local(command, 'hokusai-sites');
  expect(unknown.code).toBe(2);
  expect(unknown.err).toContain(
    'make local has no queue or service "hokusai-sites". Available: model_events (hokusai-token), model_events:site (hokusai-site)',
  );
  const missing = await local(command);
  expect(missing.code).toBe(2);
  expect(missing.err).toContain('QUEUE');
  expect(await redis.client.keys('*:state')).toEqual([]);
});

test('the reason of a pause is printed without control characters', async () => {
  await site.pause(redis.client, 'down\u001b[31m');
  const { out } = await local('depths');
  expect(out).not.toContain('\u001b[31m');
  expect(out).toContain('paused since');
});

test('the help of pause and resume describes the argument, the reason and plain consumers', async () => {
  const help = await runProgram(['pause', '--help']);
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toMatch(/QUEUE[^]*queue name or service/);
  expect(help.out).toContain('--reason TEXT');
  expect(help.out).toMatch(/plain consumer[^]*does not obey/);
  expect((await runProgram(['resume', '--help'])).out).toMatch(/QUEUE[^]*queue name or service/);
});

describe('messages', () => {
  /** One message in each state of a service's queue. */
  async function inEachState(): Promise<void> {
    await addDeadLetter(redis.client, site, message('given-up'));
    const retried = await oneClaimed(redis.client, site, message('later'));
    const failure = { code: 'HANDLER_FAILED', reason: 'no answer' };
    await site.retry(redis.client, retried, { ...failure, delayMs: 3_600_000, maxRetries: 3 });
    await oneClaimed(redis.client, site, message('held'), { consumer: 'task-7' });
    await redis.client.lpush(site.name, message('next'));
  }

  test.each([
    ['through the deployed function', deployed],
    ['with the Redis of `make local`', local],
  ])('list shows age, retries, payload and details of every state, %s', async (_, run) => {
    await inEachState();
    const { out, err } = await run('messages', 'list', '--queue', 'hokusai-site');
    expect(err).toBe('');
    const blocks = out.split(/(?<=\n)(?=model_events:site: )/);
    const [waiting, delayed, held, dead] = blocks;
    expect(waiting).toMatch(
      /: 1 of 1 waiting\nmessage +model +age +retries +payload\n.*\nnext +\S+ +\d.* 0 +\{"model_id":/,
    );
    expect(delayed).toMatch(/: 1 of 1 delayed\n[^]*\nlater +\S+ +\d.* 1 +next attempt at \d{4}-\S+Z/);
    expect(held).toMatch(/: 1 of 1 claimed\n[^]*\nheld +\S+ +\d.* 0 +by task-7 since \d{4}-\S+Z/);
    expect(dead).toMatch(/: 1 of 1 dead\n[^]*\ngiven-up +\S+ +\d.* 0 +HANDLER_FAILED: no +\{"model_id":/);
    expect(blocks).toHaveLength(4);

    const json = linesOf(await run('messages', 'list', '--state', 'dead', '--json'));
    const payload = expect.stringContaining('"model_id"') as string;
    expect(json).toEqual([
      expect.objectContaining({ state: 'dead', queue: site.name, message_id: 'given-up', payload }),
    ]);
  });

  test.each([
    ['through the deployed function', deployed],
    ['with the Redis of `make local`', local],
  ])('show prints every copy in full with its state, or where to look, %s', async (_, run) => {
    await inEachState();
    await redis.client.lpush(main.name, message('later', { price: '1.10' }));
    const both = await run('messages', 'show', 'later');
    expect(both).toMatchObject({ code: 0, err: '' });
    expect(both.out).toMatch(
      /^model_events: waiting\n\n\{\n {2}"event_type": [^]* {4}"price": "1.10"\n {2}\}\n\}\n\nmodel_events:site: delayed\n\n\{\n/,
    );
    for (const [id, state] of Object.entries({ 'given-up': 'dead', held: 'claimed', next: 'waiting' }))
      expect(linesOf(await run('messages', 'show', id, '--json'))).toEqual([
        { queue: site.name, state, text: expect.stringContaining(`"message_id":"${id}"`) as string },
      ]);
    expect((await run('messages', 'show', 'later', '--state', 'delayed', '--raw')).out).toMatch(
      /^\{.*"message_id":"later",.*\}\n$/,
    );
    const missing = await run('messages', 'show', 'later', '--state', 'dead');
    expect(missing.err).toMatch(
      /no dead copy of later is in a queue\. Where it went: npx model-events status later (--local|-e development)\n/,
    );
    expect(missing.code).toBe(1);
  });

  test('an event that the publisher refused is listed and shown as dead', async () => {
    const refused = eventBody(registered({ event_id: 'registration-9', model_id: 7 }));
    await addDeadLetter(redis.client, main, refused, { failedBy: 'publisher' });
    expect((await local('messages', 'list', '--state', 'dead')).out).toMatch(/\nregistration-9 /);
    expect(linesOf(await local('messages', 'show', 'registration-9', '--json'))).toEqual([
      { queue: main.name, state: 'dead', text: refused },
    ]);
  });

  test('an unknown state and an invalid id are refused with what is valid', async () => {
    expect((await local('messages', 'list', '--state', 'deed')).err).toContain(
      'unknown state "deed". Available: waiting, delayed, claimed, dead',
    );
    const { err, code } = await local('messages', 'show', 'a b');
    expect(err).toContain('a message id has 1 to 128 of A-Z');
    expect(code).toBe(2);
  });
});

test('redriving several asks for a confirmation with the count; --dry-run changes nothing', async () => {
  for (const id of ['a', 'b', 'c']) await addDeadLetter(redis.client, site, message(id));
  const dry = await local('dlq', 'redrive', '--dry-run');
  expect(dry.out).toContain('Would redrive 3 dead letters of model_events:site');
  const withoutTerminal = await local('dlq', 'redrive');
  expect(withoutTerminal.code).toBe(2);
  expect(withoutTerminal.err).toContain('Redrive 3 dead letters (3 of model_events:site) in make local?');
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(3);
  const done = await local('dlq', 'redrive', '--yes');
  expect(done).toMatchObject({ code: 0, out: '3 sent back to their queue\n' });
  expect(await redis.client.llen(site.keys.main)).toBe(3);
});

test.each([
  ['n\n', 1],
  ['\n', 1],
  // Ctrl-C, Ctrl-D
  ['\u0003', 130],
  ['\u0004', 130],
])(
  'the answer %j to a confirmation changes nothing, and stdout stays empty for a program that reads JSON',
  async (key, code) => {
    for (const id of ['a', 'b']) await addDeadLetter(redis.client, site, message(id));
    await claimed(redis.client, site, [message('c'), message('d')], { consumer: 'task-7' });
    for (const words of [
      ['dlq', 'redrive', '--json'],
      ['dlq', 'discard', '--json'],
      ['processing', 'release', '--queue', 'hokusai-site', '--consumer', 'task-7', '--json'],
    ]) {
      const ended = await typing(key, ...words);
      expect(ended.out).toBe('');
      expect(ended.err).toMatch(/\[y\/N\].*\nNothing was changed\.\n$/s);
      expect(ended.code).toBe(code);
    }
    expect(await redis.client.llen(site.keys.deadLetters)).toBe(2);
  },
);

test('the answer y to a confirmation makes the change', async () => {
  for (const id of ['a', 'b']) await addDeadLetter(redis.client, site, message(id));
  const { code, out, err } = await typing('y\n', 'dlq', 'redrive');
  expect(out).toBe('2 sent back to their queue\n');
  expect(err).not.toContain('Nothing was changed');
  expect(code).toBe(0);
});

test('a reader that closes the output early does not stop a redrive, and how far it came is on stderr', async () => {
  for (let index = 0; index < 250; index++) await addDeadLetter(redis.client, site, message(`m-${index}`));
  const program = spawn(process.execPath, [executable, 'dlq', 'redrive', '--local', '--yes', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary, HOME: '/nonexistent' },
  });
  // Before the first line: a reader that ends after it could end after the last one too.
  program.stdout.destroy();
  const exit = once(program, 'exit') as Promise<[number]>;
  const [stderr, [code]] = await Promise.all([text(program.stderr), exit]);
  expect(code).toBe(0);
  expect(await redis.client.llen(site.keys.main)).toBe(250);
  expect(stderr).toContain('250 sent back to their queue\n');
  expect(stderr).toContain('dlq redrive ran to its end, with exit code 0, after its output was closed.');
});

test('a dead letter is listed, shown and redriven by its id; redriving it again fails', async () => {
  await addDeadLetter(redis.client, site, message('a'));
  const [letter] = linesOf(await deployed('dlq', 'list', '--json'));
  const id = String(letter?.['id']);
  const output = await deployed('dlq', 'show', id);
  expect(output.out).toContain('HANDLER_FAILED');
  expect(output.out).toContain(`\n${JSON.stringify(JSON.parse(message('a')), null, 2)}\n`);
  expect((await deployed('dlq', 'show', id, '--raw')).out).toBe(`${message('a')}\n`);
  expect((await deployed('dlq', 'redrive', id)).code).toBe(0);
  const again = await deployed('dlq', 'redrive', id);
  expect(again.code).toBe(1);
  expect(await redis.client.llen(site.keys.main)).toBe(1);
  expect(operations.entries()).toContainEqual(
    expect.objectContaining({ caller: 'arn:aws:iam::123456789012:user/ada', messageIds: { redriven: ['a'] } }),
  );
});

test('several dead letters are redriven, discarded and several claims released by their ids', async () => {
  for (const id of ['a', 'b', 'c', 'd', 'e']) await addDeadLetter(redis.client, site, message(id));
  const ids = linesOf(await local('dlq', 'list', '--json')).map((letter) => String(letter['id']));
  expect((await local('dlq', 'redrive', ...ids.slice(0, 2), '--yes')).out).toBe('2 sent back to their queue\n');
  expect((await local('dlq', 'discard', ...ids.slice(2, 4), '--yes')).out).toBe('2 deleted\n');
  expect(linesOf(await local('dlq', 'list', '--json'))).toMatchObject([{ id: ids[4] }]);
  await claimed(redis.client, main, [message('f'), message('g'), message('h')], { consumer: 'task-7' });
  const claims = linesOf(await local('processing', 'list', '--json')).map((claim) => String(claim['id']));
  const released = await local('processing', 'release', ...claims.slice(0, 2), '--yes');
  expect(released).toMatchObject({ code: 0, out: '2 returned to their queue\n' });
  expect(linesOf(await local('processing', 'list', '--json'))).toHaveLength(1);
});

test('--count limits a redrive, a discard and a release to the oldest entries of each queue', async () => {
  const ids = Array.from({ length: 205 }, (_, index) => `m-${index}`);
  for (const id of ids) await addDeadLetter(redis.client, site, message(id));
  const left = async (): Promise<unknown[]> =>
    linesOf(await local('dlq', 'list', '--json', '--count', '1000')).map((letter) => letter['message_id']);
  const planned = linesOf(await local('dlq', 'redrive', '--count', '2', '--dry-run', '--json'));
  expect(planned.map((each) => each['message_id']).sort()).toEqual(['m-0', 'm-1']);
  expect((await local('dlq', 'redrive', '--count', '2', '--yes')).out).toBe('2 sent back to their queue\n');
  // More than one request may name.
  expect((await local('dlq', 'discard', '--count', '150', '--yes')).out).toBe('150 deleted\n');
  expect(await left()).toEqual(ids.slice(152).reverse());
  expect((await local('dlq', 'discard', '--count', '0', '--yes')).err).toContain(
    '--count must be a whole number from 1',
  );
  await claimed(redis.client, main, [message('f'), message('g'), message('h')], { consumer: 'task-7' });
  const released = await local('processing', 'release', '--consumer', 'task-7', '--count', '2', '--yes');
  expect(released).toMatchObject({ code: 0, out: '2 returned to their queue\n' });
  expect(linesOf(await local('processing', 'list', '--json'))).toMatchObject([{ message_id: 'h' }]);
});

test('tail -f prints the waiting messages, then those that arrive, in their order, until Ctrl-C', async () => {
  await redis.client.lpush('model_events', message('a'), message('b'));
  const signals = new EventEmitter();
  let out = '';
  const write = (text: string): void => {
    const had = out;
    out += text;
    if (text.includes('model_events:site: 0 of 0'))
      void redis.client.lpush('model_events:site', message('c'), message('d'));
    else if (!had.includes('  d  ') && out.includes('  d  ')) void redis.client.lpush('model_events', message('e'));
    else if (out.includes('  e  ')) signals.emit('SIGINT');
  };
  const words = ['tail', '-f', '--local', '--interval', '0.5'];
  const { code } = await runProgram(words, { TMPDIR: temporary }, { signals, stdout: { write } });
  expect(code).toBe(0);
  expect(out).toContain('model_events: 2 of 2 waiting messages');
  const arrived = out.split('\n').filter((line) => /^model_events\S* {2}/.test(line));
  expect(arrived.map((line) => line.split('  ').slice(0, 2))).toEqual([
    ['model_events:site', 'c'],
    ['model_events:site', 'd'],
    ['model_events', 'e'],
  ]);
});

test('depths --watch draws in place on a terminal until Ctrl-C', async () => {
  const signals = new EventEmitter();
  let out = '';
  const [environment, frame] = [{ TMPDIR: temporary }, '\u001b[H\u001b[J'];
  const write = (text: string): void => {
    out += text;
    if (out.split(frame).length > 2) signals.emit('SIGINT');
  };
  const { code } = await runProgram(['depths', '--local', '--watch', '--interval', '0.5'], environment, {
    signals,
    stdout: { write, isTTY: true, columns: 120 },
  });
  expect(code).toBe(0);
  const [before, ...frames] = out.split(frame);
  expect(before).toBe('');
  expect(frames).toHaveLength(2);
  for (const each of frames) expect(each).toMatch(/^\d{4}-\S+Z\nservice .*\n/);
  expect((await local('depths', '--interval', 'often')).err).toContain('--interval must be a number of seconds');
});

test('of 250 dead letters, those of one model are each sent back once', async () => {
  for (let index = 0; index < 250; index++)
    await addDeadLetter(redis.client, site, message(`m-${index}`, { model_id: index % 2 === 0 ? 'even' : 'odd' }));
  const done = await deployed('dlq', 'redrive', '--model', 'even', '--yes');
  expect(done).toMatchObject({ code: 0, out: '125 sent back to their queue\n' });
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(125);
  expect(new Set(await redis.client.lrange(site.keys.main, 0, -1)).size).toBe(125);
});

test('of 250 dead letters, one in the middle is discarded by its id, and the order of the others stays', async () => {
  for (let index = 0; index < 250; index++) await addDeadLetter(redis.client, site, message(`m-${index}`));
  const before = await redis.client.lrange(site.keys.deadLetters, 0, -1);
  const letters = linesOf(await local('dlq', 'list', '--json', '--count', '250'));
  const done = await local('dlq', 'discard', String(letters[120]?.['id']));
  expect(done).toMatchObject({ code: 0, out: '1 deleted\n' });
  expect(await redis.client.lrange(site.keys.deadLetters, 0, -1)).toEqual(before.toSpliced(120, 1));
});

test('two operators who work on one list at the same time skip no dead letter', async () => {
  for (let index = 0; index < 250; index++)
    await addDeadLetter(redis.client, site, message(`m-${index}`, { model_id: index % 2 === 0 ? 'even' : 'odd' }));
  const [redriven, discarded] = await Promise.all([
    deployed('dlq', 'redrive', '--model', 'even', '--yes'),
    local('dlq', 'discard', '--model', 'odd', '--yes'),
  ]);
  expect(redriven).toMatchObject({ code: 0, out: '125 sent back to their queue\n' });
  expect(discarded).toMatchObject({ code: 0, out: '125 deleted\n' });
  expect(await redis.client.exists(site.keys.deadLetters, site.keys.examined)).toBe(0);
});

test('without a buffer, a dead letter of the publisher is left in place, and the exit code is 1', async () => {
  await addDeadLetter(redis.client, main, eventBody(registered()), { failedBy: 'publisher' });
  const { code, out } = await local('dlq', 'redrive');
  expect(out).toContain('1 left in place: refused by the publisher, and no buffer is available');
  expect(code).toBe(1);
  expect(await redis.client.llen(main.keys.deadLetters)).toBe(1);
});

describe('dead letters that cannot succeed', () => {
  const lines =
    'Warning: 3 of 4 dead letters cannot succeed:\n' +
    '  2 CONTRACT_VIOLATION: the event violates the contract: correct it and emit it again\n' +
    '  1 ID_REUSED: another event was published with its event_id: emit it with a new event_id\n';

  beforeEach(async () => {
    const refused = (id: string, code: string): Promise<string> =>
      addDeadLetter(redis.client, main, eventBody(registered({ event_id: id })), { failedBy: 'publisher', code });
    await refused('a', 'CONTRACT_VIOLATION');
    await refused('b', 'CONTRACT_VIOLATION');
    await refused('c', 'ID_REUSED');
    await addDeadLetter(redis.client, site, message('d'));
  });

  test('are named by error before a question of their own, which --yes does not answer', async () => {
    const declined = await typing('n\n', 'dlq', 'redrive', '--yes');
    expect(declined.err).toContain(lines);
    expect(declined.err).toContain(
      'Redrive 4 dead letters (3 of model_events, 1 of model_events:site) in make local? [y/N]',
    );
    expect(declined.err).toContain('Nothing was changed.');
    expect(declined.code).toBe(1);
    const withoutTerminal = await local('dlq', 'redrive', '--yes');
    expect(withoutTerminal.err).toContain('stdin is not a terminal: use --force or --dry-run');
    expect(withoutTerminal.code).toBe(2);
    expect((await local('dlq', 'redrive', '--dry-run')).err).toBe(lines);
    expect(await redis.client.llen(main.keys.deadLetters)).toBe(3);
    expect(await redis.client.llen(site.keys.deadLetters)).toBe(1);
  });

  test('are asked about also if only one is selected, and not if none is', async () => {
    const one = await local('dlq', 'redrive', '--error', 'ID_REUSED');
    expect(one.err).toMatch(/^Warning: 1 of 1 dead letter cannot succeed:\n {2}1 ID_REUSED: [^]*use --force/);
    expect(await local('dlq', 'redrive', '--queue', 'hokusai-site')).toMatchObject({ code: 0, err: '' });
    // Discarding is what the warning may advise.
    expect(await local('dlq', 'discard', '--yes')).toMatchObject({ code: 0, err: '', out: '3 deleted\n' });
  });

  test('are redriven with --force', async () => {
    const { out, err } = await local('dlq', 'redrive', '--force');
    expect(err).toBe(lines);
    expect(out).toMatch(/1 sent back to their queue\n3 left in place: refused by the publisher/);
  });
});

test('discard deletes what is selected and nothing else', async () => {
  await addDeadLetter(redis.client, site, message('a', { model_id: 'bad' }));
  await addDeadLetter(redis.client, site, message('b'));
  expect((await local('dlq', 'discard', '--model', 'bad')).out).toBe('1 deleted\n');
  expect(linesOf(await local('dlq', 'list', '--json'))).toMatchObject([{ message_id: 'b' }]);
});

test('the claims of a stuck consumer are listed and released', async () => {
  await claimed(redis.client, site, [message('a'), message('b')], { consumer: 'task-7' });
  expect((await local('processing', 'list')).out).toMatch(/ a +credit-risk-7 +task-7 /);
  const done = await local('processing', 'release', '--consumer', 'task-7', '--yes');
  expect(done).toMatchObject({ code: 0, out: '2 returned to their queue\n' });
  expect(linesOf(await local('tail', '--json'))).toHaveLength(2);
});

test.each([
  ['through the deployed function', deployed],
  ['with the Redis of `make local`', local],
])('status shows the state of a message for every service, %s', async (_, run) => {
  await redis.client.lpush('model_events', message('a'));
  await addDeadLetter(redis.client, site, message('a'));
  const { code, out } = await run('status', 'a');
  expect(out).toMatch(/hokusai-token +model_events +waiting/);
  expect(out).toMatch(/hokusai-site +model_events:site +dead-letter +HANDLER_FAILED/);
  expect(code).toBe(0);
  expect((await run('status', 'unknown')).code).toBe(1);
});

test('health passes on an empty pipeline with a note about a primary that confirms alone, warns of dead letters, and fails if Redis is down', async () => {
  const passed = await deployed('health');
  expect(passed.out).toContain('development: pass');
  expect(passed.out.match(/redis\.durability is "primary": a failover loses the newest messages/g)).toHaveLength(1);
  await addDeadLetter(redis.client, site, message('a'));
  const warned = await local('health');
  expect(warned).toMatchObject({ code: 0 });
  expect(warned.out).not.toContain('redis.durability');
  expect(warned.out).toMatch(/queue:dead-letters +model_events:site +warn/);
  await redis.server.primary.kill();
  try {
    for (const { code, out } of [await deployed('health'), await local('health')]) {
      expect(out).toMatch(/redis:write .* fail .*ECONNREFUSED/s);
      expect(code).toBe(1);
    }
  } finally {
    await redis.server.primary.restart();
  }
});

test('control characters of a payload never reach the terminal', async () => {
  await addDeadLetter(redis.client, site, message('x', { model_id: '\u001b[2J\u202e' }));
  const [letter] = linesOf(await local('dlq', 'list', '--json'));
  for (const { out } of [await local('dlq', 'list'), await local('dlq', 'show', String(letter?.['id']))]) {
    for (const character of ['\u001b', '\u202e']) expect(out).not.toContain(character);
    expect(out).toContain('u001b[2J');
  }
});

test('an unknown queue and an invalid id, time or count are reported with exit code 2', async () => {
  expect((await local('dlq', 'list', '--queue', 'audit')).err).toContain('has no queue or service "audit". Available:');
  expect((await local('dlq', 'show', '1')).err).toContain('an id has 16 hex digits');
  expect((await local('dlq', 'show')).err).toContain('dlq show requires ID');
  expect((await local('dlq', 'list', '--since', 'monday')).err).toContain('--since must be 30m, 2h, 3d');
  expect((await local('tail', '--count', '0')).code).toBe(2);
});

test('--local without a running `make local` is an error', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'model-events-nothing-'));
  try {
    const { code, err } = await runProgram(['depths', '--local'], { TMPDIR: empty });
    expect(err).toContain('`make local` does not run on this machine');
    expect(code).toBe(1);
  } finally {
    rmSync(empty, { recursive: true });
  }
});
