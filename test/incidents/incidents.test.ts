/** Faults in a running `make local`: health, page and CLI report each, and the runbook's commands fix it. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { idOf } from '../../queue/operations/summary';
import type { ModelEventConsumer } from '../../clients/node/consumer';
import { ModelQueue } from '../../queue/model-queue';
import { message, registered } from '../support/events';
import { type OperatorShell, operatorShell } from '../runbook/operator-shell';
import { readRunbook } from '../runbook/sections';
import { useMakeLocal } from './make-local';
import { servicesOf } from './services';

const local = useMakeLocal();
const { onRedis, waitingIn, startConsumer, consumed, drained } = servicesOf(local);
const token = new ModelQueue('model_events');
const site = new ModelQueue('model_events:site');
let shell: OperatorShell;

beforeAll(() => {
  shell = operatorShell({ TMPDIR: local.folder });
});
afterAll(() => shell.close());
describe('Redis is killed', () => {
  test('all name it, and the terminal says how to go on', async () => {
    await put('before');
    await waitingIn(site, 1);
    const [, pid = ''] = /process_id:(\d+)/.exec(await onRedis((redis) => redis.info('server'))) ?? [];
    process.kill(Number(pid), 'SIGKILL');
    await named('fail', 'connection-refused', /nothing listens there/);
    await local.said(/redis {2}the primary has ended.*kill -USR2 \d+/);
  });

  test('what the terminal says brings it back: nothing is lost, and what was registered meanwhile arrives', async () => {
    await put('meanwhile');
    const [, command = ''] = await local.said(/Bring it back: (kill -USR2 \d+)/);
    await typed([command]);
    await local.said(/the primary is back on port \d+, with all that its replica had/);
    await consumed(site, 'before', 'meanwhile');
    await consumed(token, 'before', 'meanwhile');
    await allIsWell();
  });
});

describe('Redis has another token', () => {
  test('all name it, and never the token', async () => {
    await onRedis((redis) => redis.config('SET', 'requirepass', 'a-token-that-no-client-has'));
    await named('fail', 'token-refused', /the auth token was refused/);
  });

  test('brought back, it takes its own token again', async () => {
    const [, command = ''] = await local.said(/Redis back when it is gone: (kill -USR2 \d+)/);
    await typed([command]);
    await local.said(/(?:the primary is back.*\n[^]*){2}/);
    await allIsWell();
  });
});

describe('a consumer hangs', () => {
  test('all name it once its claim is too old', async () => {
    const stuck = new Promise<string>((begun) => {
      hanging = startConsumer(site, { name: 'task-7', handler: ({ message_id: id }) => new Promise(() => begun(id)) });
    });
    await put('held');
    expect(await stuck).toBe('held');
    await halfAnHourPasses();
    await named('warn', 'processing-stuck', /a consumer of model_events:site has held a message for/);
  });

  test('the commands of processing-stuck give its message to another one', async () => {
    const [text = ''] = await onRedis((redis) => redis.lrange(site.keys.processing, 0, -1));
    const [list, release] = await typed(commandsOf('processing-stuck'), { id: idOf(text) });
    expect(list).toMatch(/ held +credit-risk-7 +task-7 /);
    expect(release).toContain('1 returned to their queue');
    await hanging?.stop();
    await consumed(site, 'held');
    await consumed(token, 'held');
    await allIsWell();
  });
  let hanging: ModelEventConsumer | undefined;
});

describe('10,000 dead letters', () => {
  const count = 10_000;

  test('all name them, with their number', async () => {
    const letters = Array.from({ length: count }, (_, index) => deadLetter(`m-${index}`));
    await onRedis(async (redis) => {
      for (let at = 0; at < count; at += 1000)
        await redis.lpush(site.keys.deadLetters, ...letters.slice(at, at + 1000));
    });
    await named('warn', 'dead-letters', /10000 dead letters in model_events:site:dlq/);
  });

  test('the commands of dead-letters show one, delete it, and send the others back, each once', async () => {
    const shown = await typed(commandsOf('dead-letters'), { id: idOf(deadLetter('m-9999')) });
    expect(shown.join('\n')).toMatch(
      /HANDLER_FAILED[^]*1 deleted[^]*Would redrive 9999[^]*9999 sent back to their queue/,
    );
    await onRedis(async (redis) => {
      expect(await redis.llen(site.keys.deadLetters)).toBe(0);
      expect(new Set(await redis.lrange(site.keys.main, 0, -1)).size).toBe(count - 1);
    });
  });

  test('then a backlog is named, until the consumers have worked it off', async () => {
    await named('warn', 'backlog', /9999 messages wait in model_events:site/);
    await drained(site);
    await allIsWell();
  });
});

/** Named by `/health`, by the page, and by `model-events health`. */
async function named(status: 'warn' | 'fail', fault: string, says: RegExp): Promise<void> {
  const health = await fetch(`${local.url}/health`);
  expect(health.status).toBe(status === 'fail' ? 503 : 200);
  expect(findingOf(await health.text(), fault)).toMatchObject({ fault, output: expect.stringMatching(says) as string });

  const page = await (await fetch(`${local.url}/`)).text();
  expect(page).toContain(`<strong>${fault}</strong>`);
  expect(page.replace(/\s+/g, ' ')).toMatch(says);

  const [{ code, output } = { code: null, output: '' }] = await shell.run(['npx model-events health --local --json']);
  expect(code).toBe(status === 'fail' ? 1 : 0);
  expect(findingOf(output, fault)).toMatchObject({ status, output: expect.stringMatching(says) as string });
  for (const text of [page, output]) expect(text).not.toContain(local.redis.token);
}

function findingOf(health: string, fault: string): unknown {
  const { checks } = JSON.parse(health) as { checks: Record<string, { fault?: string }[]> };
  return Object.values(checks)
    .flat()
    .find((each) => each.fault === fault);
}

async function allIsWell(): Promise<void> {
  const health = await fetch(`${local.url}/health`);
  expect(await health.json()).toMatchObject({ status: 'pass' });
  expect(await (await fetch(`${local.url}/`)).text()).toContain('PASS');
  const [shown] = await typed(['npx model-events health --local']);
  expect(shown).toContain('make local: pass');
}

/** A registration, put on the bus as the registry does. */
async function put(id: string): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new EventBridgeClient({ endpoint: local.url, region: 'us-east-1', credentials });
  const Detail = JSON.stringify(registered({ event_id: id }));
  const entry = { EventBusName: 'hokusai-development', Source: registrySource, DetailType: modelRegistered, Detail };
  expect(await client.send(new PutEventsCommand({ Entries: [entry] }))).toMatchObject({ FailedEntryCount: 0 });
}

/** A section's commands, for `make local`. */
function commandsOf(name: string): string[] {
  const section = readRunbook().find((each) => each.name === name);
  return (section?.commands ?? []).map((block) => block.replaceAll('-e development', '--local'));
}

/** What each block showed. */
async function typed(blocks: readonly string[], values: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const ran = await shell.run(blocks, values);
  for (const { code, output } of ran) expect({ code, output }).toMatchObject({ code: 0 });
  return ran.map(({ output }) => output);
}

/** For the claim: a consumer's lease is renewed, and its claim grows older. */
async function halfAnHourPasses(): Promise<void> {
  await onRedis(async (redis) => {
    const [first] = Object.entries(await redis.hgetall(site.keys.holders));
    const [text, holder] = first ?? ['', ''];
    const [nonce, consumer, claimedMs, started] = holder.split(' ');
    const older = [nonce, consumer, Number(claimedMs) - 31 * 60_000, started].join(' ');
    await redis.hset(site.keys.holders, text, older);
  });
}

function deadLetter(id: string): string {
  const letter = { message: '@', error: { code: 'HANDLER_FAILED', message: 'the chain refused the token' } };
  const rest = { failed_at: '2026-11-23T11:00:00.000Z', failed_by: 'consumer', queue: site.name };
  return JSON.stringify({ ...letter, ...rest }).replace('"@"', message(id));
}
