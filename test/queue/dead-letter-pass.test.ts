/** Operators' passes over dead letters: redrive and discard, as `perform` does them for the CLI and the console. */
import { isExamined, newPass, settleNextPage } from '../../contract/operation-pages';
import type { Answer, Ask, Operation, Selection } from '../../contract/operations';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { reachFor } from '../../queue/dead-letters';
import { maintain } from '../../queue/maintenance';
import { messageStatus } from '../../queue/message-status';
import { ModelQueue } from '../../queue/model-queue';
import { perform } from '../../queue/operations/perform';
import { idOf } from '../../queue/operations/summary';
import { RedisSession } from '../../queue/session';
import { fillWithLetters } from '../console/hostile-dead-letters';
import { addDeadLetter } from '../support/dead-letters';
import { eventBody, message, registered } from '../support/events';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const { main, deadLetters, examined, operator } = queue.keys;
let session: RedisSession;
beforeEach(() => (session = new RedisSession(endpointOf(redis.server))));
afterEach(() => session.close());

const ask: Ask = <A extends Operation['action']>(operation: Operation & { readonly action: A }) =>
  perform(operation, { session, healthSession: session, subscriptions: localSubscriptions }) as Promise<Answer<A>>;
const entries = (key: string) => redis.client.lrange(key, 0, -1);

/** Adds letters `0`, `1`, …, the oldest first; each third is of model `a`, `b` and `c`. @returns their texts */
async function addLetters(count: number, first = 0): Promise<string[]> {
  const texts: string[] = [];
  for (let index = first; index < first + count; index++) {
    const failedAt = new Date(Date.UTC(2026, 10, 23, 11, 0, 0, index)).toISOString();
    texts.push(
      await addDeadLetter(redis.client, queue, message(`${index}`, { model_id: 'abc'.charAt(index % 3) }), {
        failedAt,
      }),
    );
  }
  return texts;
}

interface Settling {
  readonly nonce: string;
  readonly select: Selection;
  readonly total: number;
  readonly action?: 'redrive' | 'discard';
  /** Letters that one request examines at most. @default 50 */
  readonly pageSize?: number;
  /** Called after each page. */
  readonly onPage?: () => Promise<unknown>;
}

/** A whole pass, as the CLI makes it. @returns the ids of messages by result */
async function settleAll(settling: Settling): Promise<Record<string, string[]>> {
  const { nonce, select, total, action = 'redrive', pageSize = 50, onPage } = settling;
  const askForPage: Ask = (operation) =>
    ask('examine' in operation ? { ...operation, examine: Math.min(operation.examine, pageSize) } : operation);
  const ids: Record<string, string[]> = {};
  for (let pass = newPass(nonce, total); !isExamined(pass);) {
    const { outcomes, ...position } = await settleNextPage(askForPage, action, queue.name, select, pass);
    for (const { result, message_id: id } of outcomes) (ids[result] ??= []).push(id ?? '-');
    pass = position;
    await onPage?.();
  }
  await ask({ action: 'end-pass', queue: queue.name, pass: nonce });
  return ids;
}

/** One request of a pass for `count` letters from position `kept`. */
const page = (pass: string, select: Selection, kept: number, count: number) =>
  ask({ action: 'redrive', queue: queue.name, select, pass, kept, examine: count });
/** The turn of the pass ends, as 30 seconds after its program has ended. */
const turnEnds = () => redis.client.hset(operator, 'ends_at', 1);
const newestFirst = (texts: readonly string[]) => [...texts].reverse();

test('a filtered redrive leaves the other letters in their order, with foreign texts and the refused events of the publisher', async () => {
  await addDeadLetter(redis.client, queue, eventBody(registered()), { failedBy: 'publisher' });
  await redis.client.lpush(deadLetters, 'foreign');
  await addLetters(30);
  const before = await entries(deadLetters);

  const ids = await settleAll({ nonce: 'operator-1', select: { model: 'b' }, total: before.length });

  const expected = Array.from({ length: 10 }, (_, index) => `${3 * index + 1}`);
  expect(ids).toEqual({ redriven: expected });
  expect(await entries(deadLetters)).toEqual(before.filter((text) => !text.includes('"model_id":"b"')));
  expect((await entries(main)).map((text) => /"message_id":"(\d+)"/.exec(text)?.[1])).toEqual(newestFirst(expected));
  expect(await redis.client.exists(examined, operator)).toBe(0);
});

test('a redrive of all leaves foreign texts and refused events where no buffer is available', async () => {
  const refused = await addDeadLetter(redis.client, queue, eventBody(registered()), { failedBy: 'publisher' });
  await addLetters(2);
  await redis.client.lpush(deadLetters, 'foreign');
  const ids = await settleAll({ nonce: 'operator-1', select: {}, total: 4 });
  expect(ids).toMatchObject({ redriven: ['0', '1'], 'needs-buffer': [expect.any(String)], foreign: ['-'] });
  expect(await entries(deadLetters)).toEqual(['foreign', refused]);
});

test('letters that arrive during a pass stay, in front of those that the pass has examined', async () => {
  const letters = await addLetters(9);
  const late: string[] = [];
  const ids = await settleAll({
    nonce: 'operator-1',
    select: { model: 'a' },
    total: 9,
    pageSize: 3,
    onPage: async () => void late.push(...(await addLetters(3, 9 + late.length))),
  });
  expect(ids).toEqual({ redriven: ['0', '3', '6'] });
  expect(await entries(deadLetters)).toEqual(newestFirst([...letters.filter((_, index) => index % 3 !== 0), ...late]));
});

test('in the middle of a pass every reader sees every letter, at its place', async () => {
  const letters = await addLetters(9);
  await page('operator-1', { model: 'b' }, 0, 6);
  const left = newestFirst(letters.filter((_, index) => index !== 1 && index !== 4));
  expect(await redis.client.llen(examined)).toBeGreaterThan(0);

  expect(await queue.page(redis.client, 'deadLetters', { from: 'newest', offset: 0, count: 100 })).toEqual(left);
  for (const offset of [0, 2, 4, 6]) {
    const texts = await queue.page(redis.client, 'deadLetters', { from: 'oldest', offset, count: 2 });
    expect(texts).toEqual(newestFirst(left).slice(offset, offset + 2));
  }
  const list = await ask({ action: 'dead-letters', queue: queue.name, offset: 0, select: {} });
  expect(list).toMatchObject({ total: 7, examined: 7, entries: left.map((text) => ({ id: idOf(text) })) });
  for (const text of left) {
    expect(await ask({ action: 'dead-letter', queue: queue.name, id: idOf(text) })).toEqual({ text });
  }
  expect(await queue.inspect(redis.client)).toMatchObject({ deadLetters: 7 });
  for (const id of ['0', '8']) {
    const { subscriptions } = await messageStatus(redis.client, id, [{ service: 's', queue: queue.name }]);
    expect(subscriptions).toMatchObject([{ place: 'dead-letter' }]);
  }
});

test('two operators at the same time each process every letter that they selected, and keep the order of the others', async () => {
  const letters = await addLetters(600);
  const [one, other] = await Promise.all([
    settleAll({ nonce: 'operator-1', select: { model: 'a' }, total: 600 }),
    settleAll({ nonce: 'operator-2', select: { model: 'b' }, total: 600, action: 'discard' }),
  ]);
  expect(one['redriven']).toHaveLength(200);
  expect(other['discarded']).toHaveLength(200);
  expect(await entries(deadLetters)).toEqual(newestFirst(letters.filter((_, index) => index % 3 === 2)));
});

test('while a pass has its turn, the next one changes nothing and names the operator that it waits for', async () => {
  await addLetters(3);
  const request = { action: 'redrive', queue: queue.name, select: {}, kept: 0, examine: 1 } as const;
  await ask({ ...request, pass: 'operator-1', caller: 'arn:aws:iam::123456789012:user/ada' });
  const waits = await ask({ ...request, pass: 'operator-2' });
  expect(waits).toMatchObject({
    outcomes: [],
    examined: 0,
    waitsFor: { caller: 'arn:aws:iam::123456789012:user/ada', until: expect.stringMatching(/^\d{4}-.*Z$/) as string },
  });
  expect(await queue.redrive(redis.client, [(await entries(deadLetters))[0] ?? ''], 'newest')).toEqual(['busy']);
  expect(await redis.client.llen(deadLetters)).toBe(2);
  await ask({ action: 'end-pass', queue: queue.name, pass: 'operator-1' });
  expect((await ask({ ...request, pass: 'operator-2' })).outcomes).toMatchObject([
    { message_id: '1', result: 'redriven' },
  ]);
});

test('the letters of a program that ended during its pass are back in their order after a maintenance pass', async () => {
  const letters = await addLetters(9);
  await page('operator-1', { model: 'b' }, 0, 6);
  expect(await maintain(redis.client, queue)).toMatchObject({ returned: 0 });
  await turnEnds();
  expect(await maintain(redis.client, queue)).toMatchObject({ returned: 3 });
  expect(await redis.client.exists(examined)).toBe(0);
  expect(await entries(deadLetters)).toEqual(newestFirst(letters.filter((_, index) => index !== 1 && index !== 4)));
});

test('the next operation processes the letters of a program that ended during its pass', async () => {
  await addLetters(9);
  await page('operator-1', { model: 'b' }, 0, 6);
  await turnEnds();
  expect(await settleAll({ nonce: 'operator-2', select: {}, total: 7 })).toEqual({
    redriven: ['0', '2', '3', '5', '6', '7', '8'],
  });
  expect(await redis.client.exists(deadLetters, examined, operator)).toBe(0);
});

test('a pass that continues after another operator has changed the list examines it again and skips no letter', async () => {
  await addLetters(300);
  let pages = 0;
  const ids = await settleAll({
    nonce: 'operator-1',
    select: { model: 'c' },
    total: 300,
    onPage: async () => {
      if (pages++ !== 2) return;
      // The program pauses for longer than its turn.
      await turnEnds();
      await settleAll({ nonce: 'operator-2', select: { model: 'a' }, total: 300 });
    },
  });
  expect(ids['redriven']).toHaveLength(100);
});

test('a pass that is paused resumes at its position, also if maintenance has returned its letters', async () => {
  await addLetters(9);
  await page('operator-1', { model: 'b' }, 0, 6);
  await turnEnds();
  await maintain(redis.client, queue);
  expect(await page('operator-1', { model: 'b' }, 4, 3)).toMatchObject({
    resumed: true,
    outcomes: [{ message_id: '7', result: 'redriven' }],
  });
});

test('a pass does not resume at its position after a letter was removed without a pass', async () => {
  const letters = await addLetters(9);
  await page('operator-1', { model: 'b' }, 0, 6);
  await turnEnds();
  expect(await queue.discard(redis.client, letters.slice(-1), 'newest')).toEqual(['discarded']);
  expect(await page('operator-1', { model: 'b' }, 4, 3)).toMatchObject({ resumed: false });
});

test('one letter in the middle of many is redriven alone, and the order of the others stays', async () => {
  await fillWithLetters(redis.client, queue, 25_000);
  const before = await entries(deadLetters);
  const letter = before[12_000] ?? '';
  const request = { action: 'redrive', queue: queue.name, select: { ids: [idOf(letter)] }, examine: 100 } as const;
  const { outcomes } = await ask({ ...request, pass: 'operator-1', kept: 25_000 - 12_050 });
  expect(outcomes).toMatchObject([{ id: idOf(letter), result: 'redriven' }]);
  await ask({ action: 'end-pass', queue: queue.name, pass: 'operator-1' });
  expect(await entries(deadLetters)).toEqual(before.toSpliced(12_000, 1));
});

describe('work in Redis', () => {
  /** The commands of each script call while `work` runs. */
  async function callsDuring(work: () => Promise<unknown>): Promise<string[][][]> {
    const monitor = await redis.client.monitor();
    const calls: string[][][] = [];
    const ended = new Promise<void>((resolve) => {
      monitor.on('monitor', (_, command: string[], source: string) => {
        const [name = '', text] = command;
        if (text === 'the end') resolve();
        else if (/^eval/i.test(name)) calls.push([]);
        else if (source === 'lua') calls.at(-1)?.push([name.toUpperCase(), ...command.slice(1)]);
      });
    });
    await work();
    await redis.client.echo('the end');
    await ended;
    monitor.disconnect();
    return calls;
  }
  const countOf = (call: readonly string[][], name: string) => call.filter(([command]) => command === name).length;

  test.each([
    ['every tenth letter', 0],
    ['one letter in the middle', 12_000],
    ['one of the newest letters', 24_900],
  ])('no call searches far or moves many letters for %s', async (selected, kept) => {
    await fillWithLetters(redis.client, queue, 25_000);
    for (let index = 0; index < 25_000; index += 10) await redis.client.lset(deadLetters, index, `${index}`);
    const one = idOf((await redis.client.lindex(deadLetters, -kept - 51)) ?? '');
    const select = selected.startsWith('one') ? { ids: [one] } : { error: 'not a dead letter' };
    const request = { queue: queue.name, select, pass: 'operator-1', kept } as const;
    const calls = await callsDuring(async () => {
      await ask({ action: 'discard', ...request, examine: 300 });
      await ask({ action: 'end-pass', queue: queue.name, pass: 'operator-1' });
    });
    expect(calls.some((call) => countOf(call, 'LREM') > 0)).toBe(true);
    for (const call of calls) {
      const reads = call.filter(([name]) => name === 'LPOS').map((command) => Number(command.at(-1)));
      expect(reads.reduce((sum, reach) => sum + reach, 0)).toBeLessThanOrEqual(reachFor(1));
      // An LREM reads as far as the LPOS before it.
      expect(countOf(call, 'LREM')).toBeLessThanOrEqual(reads.length);
      expect(countOf(call, 'LMOVE')).toBeLessThanOrEqual(500);
    }
  });
});
