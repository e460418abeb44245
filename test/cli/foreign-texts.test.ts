/** The operator's commands and the console, on queues with entries of other clients. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEvent } from '../../contract/read-event';
import { type AwsJsonServer, startAwsJsonServer } from '../../dev/emulators/aws-json-server';
import { type LocalConsole, startConsole } from '../../dev/local/console';
import { writeConsumerFiles } from '../../dev/local/consumer-files';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { keysOf } from '../../queue/keys';
import { ModelQueue } from '../../queue/model-queue';
import { readBodyCases } from '../contract/body-cases';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { fillWithForeignTexts, foreignTexts, unprintable } from '../support/foreign-things';
import { endpointOf, useRedis } from '../support/redis';
import { type Ended, runProgram } from './program';

const redis = useRedis();
const keys = keysOf('model_events');
const kinds = Object.keys(foreignTexts).length;
let temporary = '';
let page: LocalConsole;
let server: AwsJsonServer;

beforeAll(async () => {
  // As `make local` leaves it: the files for consumers in Redis' folder.
  temporary = mkdtempSync(join(tmpdir(), 'model-events-foreign-'));
  const folder = join(temporary, 'model-events-redis-test');
  mkdirSync(folder);
  const { host, port, token, caFile } = redis.server;
  await writeConsumerFiles({ host, port, token, caFile, folder }, localSubscriptions);
  page = startConsole({
    redis: endpointOf(redis.server),
    subscriptions: localSubscriptions,
    sendToBuffer: () => undefined,
    onAction: () => undefined,
  });
  server = await startAwsJsonServer({ service: 'The bus', operations: {} });
  server.serveOthers(page.listener);
});
afterAll(async () => {
  await server.stop();
  await page.stop();
  rmSync(temporary, { recursive: true });
});

/** Runs a command on these queues, and asserts that its output is safe for a terminal. */
async function run(...words: string[]): Promise<Ended> {
  const ended = await runProgram([...words, '--local'], { TMPDIR: temporary });
  expect(ended.out + ended.err).not.toMatch(unprintable);
  return ended;
}

async function htmlOf(view: string): Promise<string> {
  const response = await fetch(`${server.url}/?${view}`);
  const html = await response.text();
  expect([response.status, html]).toEqual([200, expect.not.stringMatching(unprintable)]);
  return html;
}

test('every command works on foreign entries, lists them and removes them', async () => {
  await fillWithForeignTexts(redis.client, keys);
  // Claims are members of a set; entries of lists may be equal.
  const [waiting, claims, deadLettered] = [kinds, 2 * kinds, 2 * kinds];

  const [depths, tail, letters, list, status, health] = await Promise.all([
    run('depths'),
    run('tail', '--json'),
    run('dlq', 'list', '--json', '--count', '100'),
    run('processing', 'list'),
    run('status', 'good'),
    run('health'),
  ]);
  expect(depths).toMatchObject({ code: 0, err: '' });
  expect(depths.out).toMatch(new RegExp(`model_events +${waiting} .* ${claims} `));
  expect(tail.out.trim().split('\n')).toHaveLength(waiting);
  expect(letters.out.trim().split('\n')).toHaveLength(deadLettered);
  expect(list.out).toContain(`${claims} claims`);
  expect([status.code, health.code]).toEqual([1, 0]);
  const ids = letters.out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  const unselected = await run('dlq', 'show', ids[0] ?? '');
  expect([unselected.code, unselected.out]).toEqual([0, expect.stringContaining('not a dead letter')]);

  expect(await run('dlq', 'redrive', '--yes', '--force')).toMatchObject({
    code: 1,
    out: expect.stringContaining(`${deadLettered} left`) as string,
  });
  // Foreign entries with a claim record, each with the consumer's name in it.
  const released = await run('processing', 'release', '--consumer', '\ufffd', '--yes');
  expect(released.out).toContain('returned to their queue');
  expect(await run('dlq', 'discard', '--yes')).toMatchObject({ code: 0, out: `${deadLettered} deleted\n` });
  expect(await redis.client.llen(keys.deadLetters)).toBe(0);
});

test('the console shows every view of such queues', async () => {
  await fillWithForeignTexts(redis.client, keys);
  for (const view of ['overview', 'dead-letters', 'claims', 'message-status&message_id=good']) {
    await htmlOf(`view=${view}&queue=model_events`);
  }
});

test('every refused event of the corpus is listed by the CLI and displayed by the console', async () => {
  for (const { body } of readBodyCases()) {
    const reading = readEvent(body);
    if (reading.kind === 'refused')
      await addDeadLetter(redis.client, new ModelQueue('model_events'), body, { failedBy: 'publisher' });
  }
  const { code, out } = await run('dlq', 'list', '--count', '1000');
  expect([code, out]).toEqual([0, expect.stringMatching(/(\d+) of \1 dead letters/)]);
  expect(await htmlOf('view=dead-letters&queue=model_events')).not.toMatch(/<script>alert|<img src=x/);
});

test('a key of another type is reported, and the other queue still works', async () => {
  await redis.client.set(keys.main, 'another value');
  await addDeadLetter(redis.client, new ModelQueue('model_events:site'), message('a'));
  const [depths, letters] = await Promise.all([run('depths'), run('dlq', 'list', '--queue', 'hokusai-site')]);
  expect([depths.code, depths.out]).toEqual([1, expect.stringContaining(`WRONGTYPE ${keys.main} holds a string`)]);
  expect(depths.out).toMatch(/hokusai-site +model_events:site +0 .* 1\n/);
  expect(letters).toMatchObject({ code: 0, out: expect.stringContaining('1 of 1 dead letters') as string });
  const overview = await htmlOf('view=overview');
  expect(overview).toContain(`WRONGTYPE ${keys.main} holds a string`);
  expect(overview).toContain('Dead letters<span class="visually-hidden"> of hokusai-site');
});
