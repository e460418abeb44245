/** The deployed function, called as by CloudWatch for its widget. */
import { PlanSignature } from '../../console/plan-signature';
import { keysOfSlot } from '../../queue/keys';
import { ModelQueue } from '../../queue/model-queue';
import { startChromium } from '../../dev/local/chromium';
import { useOperations } from '../operations/operations-function';
import { claimed } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { useRedis } from '../support/redis';
import { fillWithLetters, hostileTexts, letterWith } from './hostile-dead-letters';
import { buttonNamed, buttonsIn, call, expectAllowed } from './widget-view';

const { console: consoleKey } = keysOfSlot('model_events');

const redis = useRedis();
const operations = useOperations(redis);
const site = new ModelQueue('model_events:site');
const list = { view: 'dead-letters', queue: site.name };

test('a describe request returns the documentation', async () => {
  expect(await operations.function.invoke({ describe: true })).toContain('## Model events console');
});

test('every reachable button works, and every view complies with CloudWatch’s rules', async () => {
  const kinds = new Set<string>();
  const waiting: object[] = [{}];
  // Enough entries for every kind of view.
  for (let index = 0; index < 30; index++) await addDeadLetter(redis.client, site, message(`m${index}`));
  await claimed(redis.client, site, [message('c1'), message('c2'), message('c3')]);
  for (let fields = waiting.shift(); fields !== undefined; fields = waiting.shift()) {
    const markup = await call(operations, fields);
    expectAllowed(markup);
    for (const { label, fields: next } of buttonsIn(markup)) {
      // Buttons that differ only by message are one kind.
      const kind = `${String(next['view'])}: ${label
        .replace(/ ?\b[cm]\d+\b/, ' a message')
        .replace(/ \d+ /, ' n ')
        .trim()}`;
      if (!kinds.has(kind)) waiting.push(next);
      kinds.add(kind);
    }
  }
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      'dead-letter: a message',
      'work: Redrive a message',
      'work: Release a message',
      'confirmation: Discard all …',
      'work: Discard n dead letters',
    ]),
  );
  // Only a search without a message id may fail.
  const reasons = operations.logs('operation failed').map(({ reason }) => String(reason));
  expect(reasons.filter((reason) => !reason.includes('message_id'))).toEqual([]);
});

test('plans are signed with a random key of the environment, not with the Redis token', async () => {
  await addDeadLetter(redis.client, site, message('a'));
  const press = buttonNamed(await call(operations, list), 'Redrive a').fields;
  const key = (await redis.client.get(consoleKey)) ?? '';
  expect(Buffer.from(key, 'base64url')).toHaveLength(32);
  expect(await redis.client.ttl(consoleKey)).toBeGreaterThan(0);

  const plan = new PlanSignature(key).verify(String(press['signedPlan']));
  const forged = new PlanSignature(redis.server.token).sign(plan);
  expect(await call(operations, { ...press, signedPlan: forged })).toContain('not issued by this console');
  // Another key, as after a week.
  await redis.client.del(consoleKey);
  expect(await call(operations, press)).toContain('its key has expired: open the list and try again');
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(1);
});

test('a full Redis without the key does not close the console: dead letters can be discarded', async () => {
  await addDeadLetter(redis.client, site, message('a'));
  await redis.client.config('SET', 'maxmemory', '1');
  try {
    const confirmation = buttonNamed(await call(operations, list), 'Discard all …').fields;
    const press = buttonNamed(await call(operations, confirmation), 'Discard 1 dead letter').fields;
    expect(await call(operations, press)).toContain('deleted');
  } finally {
    await redis.client.config('SET', 'maxmemory', '0');
  }
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(0);
});

test('a redrive runs once, also when the dashboard refreshes, and is logged with message and account', async () => {
  await addDeadLetter(redis.client, site, message('a'));
  const press = buttonNamed(await call(operations, list), 'Redrive a').fields;
  expect(await call(operations, press)).toContain('sent back to their queue');
  expect(await call(operations, press)).toContain('not found: already removed');
  expect(await redis.client.llen(site.keys.main)).toBe(1);
  expect(operations.logs('operation')).toContainEqual(
    expect.objectContaining({ action: 'redrive', caller: 'console of 123456789012', messageIds: { redriven: ['a'] } }),
  );
});

test('a discard requires a confirmation with the count', async () => {
  for (const id of ['a', 'b', 'c']) await addDeadLetter(redis.client, site, message(id));
  const page = await call(operations, list);
  const ids = [...page.matchAll(/name="id-([0-9a-f]{16})"/g)].map(([, id]) => `id-${id ?? ''}`);
  const forms = { [ids[0] ?? '']: true, [ids[1] ?? '']: 'true', [ids[2] ?? '']: false };
  const question = await call(operations, buttonNamed(page, 'Discard selected').fields, forms);
  expect(question).toContain('Discard 2 dead letters of');
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(3);
  expect(await call(operations, buttonNamed(question, 'Discard 2 dead letters').fields)).toContain('deleted');
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(1);
});

test('forged actions change nothing', async () => {
  for (const id of ['a', 'b']) await addDeadLetter(redis.client, site, message(id));
  const offer = String(buttonNamed(await call(operations, list), 'Redrive a').fields['signedPlan']);
  const [content = '', signature = ''] = offer.split('.');
  const all = Buffer.from(content, 'base64url')
    .toString()
    .replace(/"select":\{[^}]*\}/, '"select":{}');
  const forged = [
    { view: 'work', signedPlan: `${Buffer.from(all).toString('base64url')}.${signature}` },
    { view: 'work', signedPlan: content },
    { view: 'work' },
    { view: 'work', verb: 'discard', queue: site.name, scope: 'all' },
    { action: 'discard', queue: site.name, select: {}, kept: 0, examine: 100 },
    { view: 'discard', queue: site.name },
    { view: 'confirmation', verb: 'discard', queue: site.name, scope: 'all', confirmed: 'true' },
    { view: '__proto__', queue: 'constructor', ids: '../..' },
  ];
  for (const fields of forged)
    expectAllowed(await call(operations, fields, { 'id-x': true, queue: 'x', signedPlan: 'x' }));
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(2);
});

test('100,000 dead letters are redriven from the widget; after a Redis timeout it displays the progress, and Continue resumes', async () => {
  await fillWithLetters(redis.client, site, 100_000);
  const question = await call(operations, buttonNamed(await call(operations, list), 'Redrive all').fields);
  const begun = new Promise<void>((resolve) => {
    const end = operations.function.onLog((line) => {
      if (!line.includes('"redriven"')) return;
      end();
      resolve();
    });
  });
  const press = call(operations, buttonNamed(question, 'Redrive 100,000').fields);
  await begun;
  redis.server.primary.pause();
  let output = await press.finally(() => redis.server.primary.resume());
  expect(output).toContain('Redis cannot be used: command-timeout');
  expect(output).toMatch(/Redrive: [\d,]+ of 100,000 …/);
  while (!output.includes(': done')) output = await call(operations, buttonNamed(output, 'Continue').fields);
  expect(await redis.client.llen(site.keys.main)).toBe(100_000);
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(0);
});

test('the widget uses the dashboard’s theme', async () => {
  expect(await call(operations, {}, {}, { theme: 'dark' })).toContain('class="model-events dark"');
  expect(await call(operations, {}, {}, { theme: '"><script>' })).toContain('class="model-events auto"');
});

test('without Redis the widget displays the fault', async () => {
  await redis.server.primary.kill();
  try {
    expect(await call(operations)).toContain('connection-refused');
    expect(await call(operations, list)).toContain('Redis cannot be used: connection-refused');
  } finally {
    await redis.server.primary.restart();
  }
});

test('the widget displays hostile dead letters as text in a browser', async () => {
  await redis.client.lpush(site.keys.deadLetters, ...hostileTexts.map((text) => letterWith(text)), '{broken');
  const markup = await call(operations, list);
  expectAllowed(markup);
  const browser = await startChromium();
  try {
    const page = await browser.newPage();
    await page.setContent(markup);
    const found = await page.evaluate(`({
      title: document.title,
      foreign: document.querySelectorAll('script, img, iframe, svg, h1, body > style').length,
      styles: document.querySelectorAll('style').length,
      endpoints: [...new Set([...document.querySelectorAll('cwdb-action')].map((each) => each.getAttribute('endpoint')))].length,
      unbound: [...document.querySelectorAll('cwdb-action')].filter((each) => each.previousElementSibling?.tagName !== 'BUTTON').length,
      rows: document.querySelectorAll('tbody tr').length,
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    })`);
    expect(found).toEqual({
      title: '',
      foreign: 0,
      styles: 1,
      endpoints: 1,
      unbound: 0,
      rows: hostileTexts.length + 1,
      overflow: 0,
    });
  } finally {
    await browser.close();
  }
});
