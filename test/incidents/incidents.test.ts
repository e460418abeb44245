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
test('the terminal ends with the next steps: the depths, the page, and a consumer', async () => {
  const [, depths = '', url = '', file = ''] = await local.printed(
    /1\. (.+)\n +2\. the console in a browser: (\S+)\n +3\. (source \S+hokusai-token\.env)\n +npx tsx examples\/consumer\.ts\n/,
  );
  expect(url).toBe(local.url);
  const [output] = await typed([`${file}\n${depths.replace(' --watch', '')}`]);
  expect(output).toMatch(/hokusai-token +model_events /);
});

describe('Redis is killed', () => {
  test('health, page and CLI report the fault, and the terminal prints the restart command', async () => {
    await put('before');
    await waitingIn(site, 1);
    const [, pid = ''] = /process_id:(\d+)/.exec(await onRedis((redis) => redis.info('server'))) ?? [];
    process.kill(Number(pid), 'SIGKILL');
    await reported('fail', 'connection-refused', /nothing listens there/);
    await local.printed(/redis {2}the primary has ended.*kill -USR2 \d+/);
  });

  test('the printed command restarts Redis: no message is lost, and registrations made meanwhile arrive', async () => {
    await put('meanwhile');
    const [, command = ''] = await local.printed(/Bring it back: (kill -USR2 \d+)/);
    await typed([command]);
    await local.printed(/the primary is back on port \d+, with all that its replica had/);
    await consumed(site, 'before', 'meanwhile');
    await consumed(token, 'before', 'meanwhile');
    await expectHealthy();
  });
});

describe('Redis has another token', () => {
  test('health, page and CLI report the fault, and never the token', async () => {
    await onRedis((redis) => redis.config('SET', 'requirepass', 'a-token-that-no-client-has'));
    await reported('fail', 'token-refused', /the auth token was refused/);
  });

  test('after the restart Redis accepts its original token', async () => {
    const [, command = ''] = await local.printed(/Redis back when it is gone: (kill -USR2 \d+)/);
    await typed([command]);
    await local.printed(/(?:the primary is back.*\n[^]*){2}/);
    await expectHealthy();
  });
});

describe('a consumer hangs', () => {
  test('health, page and CLI report the fault once its claim is too old', async () => {
    const stuck = new Promise<string>((begun) => {
      hanging = startConsumer(site, { name: 'task-7', handler: ({ message_id: id }) => new Promise(() => begun(id)) });
    });
    await put('held');
    expect(await stuck).toBe('held');
    await halfAnHourPasses();
    await reported('warn', 'processing-stuck', /a consumer of model_events:site has held a message for/);
  });

  test('the commands of processing-stuck return its message to the queue for another consumer', async () => {
    const [text = ''] = await onRedis((redis) => redis.lrange(site.keys.processing, 0, -1));
    const [list, release] = await typed(commandsOf('processing-stuck'), { id: idOf(text) });
    expect(list).toMatch(/ held +credit-risk-7 +task-7 /);
    expect(release).toContain('1 returned to their queue');
    await hanging?.stop();
    await consumed(site, 'held');
    await consumed(token, 'held');
    await expectHealthy();
  });
  let hanging: ModelEventConsumer | undefined;
});

describe('10,000 dead letters', () => {
  const count = 10_000;

  test('health, page and CLI report the dead letters with their count', async () => {
    const letters = Array.from({ length: count }, (_, index) => deadLetter(`m-${index}`));
    await onRedis(async (redis) => {
      for (let at = 0; at < count; at += 1000)
        await redis.lpush(site.keys.deadLetters, ...letters.slice(at, at + 1000));
    });
    await reported('warn', 'dead-letters', /10000 dead letters in model_events:site:dlq/);
  });

  test('the commands of dead-letters print one, delete it, and redrive each of the others once', async () => {
    const outputs = await typed(commandsOf('dead-letters'), { id: idOf(deadLetter('m-9999')) });
    expect(outputs.join('\n')).toMatch(
      /HANDLER_FAILED[^]*1 deleted[^]*Would redrive 9999[^]*9999 sent back to their queue/,
    );
    await onRedis(async (redis) => {
      expect(await redis.llen(site.keys.deadLetters)).toBe(0);
      expect(new Set(await redis.lrange(site.keys.main, 0, -1)).size).toBe(count - 1);
    });
  });

  test('health, page and CLI report a backlog until the consumers have processed it', async () => {
    await reported('warn', 'backlog', /9999 messages wait in model_events:site/);
    await drained(site);
    await expectHealthy();
  });
});

/** `/health`, the page and `model-events health` report the fault. */
async function reported(status: 'warn' | 'fail', fault: string, pattern: RegExp): Promise<void> {
  const health = await fetch(`${local.url}/health`);
  expect(health.status).toBe(status === 'fail' ? 503 : 200);
  expect(findingOf(await health.text(), fault)).toMatchObject({
    fault,
    output: expect.stringMatching(pattern) as string,
  });

  const page = await (await fetch(`${local.url}/`)).text();
  expect(page).toContain(`<strong>${fault}</strong>`);
  expect(page.replace(/\s+/g, ' ')).toMatch(pattern);

  const [{ code, output } = { code: null, output: '' }] = await shell.run(['npx model-events health --local --json']);
  expect(code).toBe(status === 'fail' ? 1 : 0);
  expect(findingOf(output, fault)).toMatchObject({ status, output: expect.stringMatching(pattern) as string });
  for (const text of [page, output]) expect(text).not.toContain(local.redis.token);
}

function findingOf(health: string, fault: string): unknown {
  const { checks } = JSON.parse(health) as { checks: Record<string, { fault?: string }[]> };
  return Object.values(checks)
    .flat()
    .find((each) => each.fault === fault);
}

async function expectHealthy(): Promise<void> {
  const health = await fetch(`${local.url}/health`);
  expect(await health.json()).toMatchObject({ status: 'pass' });
  expect(await (await fetch(`${local.url}/`)).text()).toContain('PASS');
  const [output] = await typed(['npx model-events health --local']);
  expect(output).toContain('make local: pass');
}

/** Puts a registration on the bus as the registry does. */
async function put(id: string): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new EventBridgeClient({ endpoint: local.url, region: 'us-east-1', credentials });
  const Detail = JSON.stringify(registered({ event_id: id }));
  const entry = { EventBusName: 'hokusai-development', Source: registrySource, DetailType: modelRegistered, Detail };
  expect(await client.send(new PutEventsCommand({ Entries: [entry] }))).toMatchObject({ FailedEntryCount: 0 });
}

/** The commands of a runbook section, for `make local`. */
function commandsOf(name: string): string[] {
  const section = readRunbook().find((each) => each.name === name);
  return (section?.commands ?? []).map((block) => block.replaceAll('-e development', '--local'));
}

/** Runs the blocks in the shell, and returns the output of each. */
async function typed(blocks: readonly string[], values: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const ran = await shell.run(blocks, values);
  for (const { code, output } of ran) expect({ code, output }).toMatchObject({ code: 0 });
  return ran.map(({ output }) => output);
}

/** Makes the claim half an hour older; its lease stays renewed. */
async function halfAnHourPasses(): Promise<void> {
  await onRedis(async (redis) => {
    const [first] = Object.entries(await redis.hgetall(site.keys.claims));
    const [digest, holder] = first ?? ['', ''];
    const [nonce, consumer, claimedMs, started] = holder.split(' ');
    const older = [nonce, consumer, Number(claimedMs) - 31 * 60_000, started].join(' ');
    await redis.hset(site.keys.claims, digest, older);
  });
}

function deadLetter(id: string): string {
  const letter = { message: '@', error: { code: 'HANDLER_FAILED', message: 'the chain refused the token' } };
  const rest = { failed_at: '2026-11-23T11:00:00.000Z', failed_by: 'consumer', queue: site.name };
  return JSON.stringify({ ...letter, ...rest }).replace('"@"', message(id));
}
