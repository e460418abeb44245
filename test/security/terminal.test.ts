/** Payloads and entries in Redis cannot write control characters to an operator's terminal. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeConsumerFiles } from '../../dev/local/consumer-files';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { ModelQueue } from '../../queue/model-queue';
import { runProgram } from '../cli/program';
import { letterWith } from '../console/hostile-dead-letters';
import { claimed } from '../support/claims';
import { message } from '../support/events';
import { useRedis } from '../support/redis';

const redis = useRedis();
const site = new ModelQueue('model_events:site');
/** Clears a screen, sets a title, goes back in the line, turns the direction, breaks the line, ends a command. */
const hostile = '\u001b[2J\u001b]0;owned\u0007\r\u0008\u009b31m\u202e\u2028\nall is well; $(id) `id`';

let home = '';
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'model-events-security-'));
  const folder = join(home, 'model-events-redis-test');
  mkdirSync(folder);
  const { host, port, token, caFile } = redis.server;
  await writeConsumerFiles({ host, port, token, caFile, folder }, localSubscriptions);
});
afterAll(() => rmSync(home, { recursive: true }));

test('no command prints a control character from a message, a dead letter or a claim', async () => {
  const letter = letterWith(hostile);
  await redis.client.lpush(site.keys.deadLetters, letter, hostile);
  const [held] = await claimed(redis.client, site, [message('held', { model_id: hostile })]);
  const digest = held?.id.split('/')[0] ?? '';
  await redis.client.hset(site.keys.claims, digest, `n1.1 ${hostile.replaceAll(' ', '')} ${Date.now()} 1`);
  await redis.client.lpush(site.keys.main, hostile, message('waits', { model_id: hostile, [hostile]: hostile }));

  const commands = ['tail', 'dlq list', 'processing list'];
  const ended = await Promise.all(
    commands.map((command) => runProgram([...command.split(' '), '--local'], { TMPDIR: home })),
  );
  for (const [index, { out, err }] of ended.entries()) {
    expect([commands[index], out]).toEqual([commands[index], expect.stringMatching(/\S/)]);
    // Line breaks are the program's own: a payload's cannot begin a line.
    expect(out + err).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    expect(out + err).not.toMatch(/^\s*all is well/m);
  }
});

test('an invalid argument is printed without control characters', async () => {
  for (const words of [[hostile], ['dlq', 'list', '--queue', hostile]]) {
    const { out, err } = await runProgram([...words, '--local'], { TMPDIR: home });
    expect(err).toMatch(/\S/);
    expect(out + err).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  }
});
