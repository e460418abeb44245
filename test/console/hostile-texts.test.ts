import type { Page } from 'playwright-core';
import { ModelQueue } from '../../queue/model-queue';
import { idOf } from '../../queue/operations/summary';
import { claimed } from '../support/claims';
import { useRedis } from '../support/redis';
import { useConsolePage } from './console-page';
import { hostileTexts, letterWith } from './hostile-dead-letters';

const redis = useRedis();
const consolePage = useConsolePage(redis);
const site = new ModelQueue('model_events:site');

/** Evaluated in the page. */
const stateOfPage = `({
  foreign: document.querySelectorAll('script, img, iframe, cwdb-action, style, svg, object, .model-events h1 ~ h1').length,
  handlers: [...document.querySelectorAll('*')].filter((each) => [...each.attributes].some(({ name }) => name.startsWith('on'))).length,
  addresses: [...document.querySelectorAll('a')].filter((each) => !each.href.startsWith(location.origin)).length,
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})`;

/** Expects that no text became an element, no script ran and nothing overflows. */
async function expectUnharmed(page: Page): Promise<void> {
  expect(await page.title()).not.toContain('owned');
  const found = await page.evaluate(stateOfPage);
  expect(found).toEqual({ foreign: 0, handlers: 0, addresses: 0, overflow: 0 });
}

test.each([1200, 360])(
  'a list of hostile dead letters displays them as text without overflow at %i px',
  async (width) => {
    await redis.client.lpush(
      site.keys.deadLetters,
      ...hostileTexts.map((text) => letterWith(text)),
      '{broken',
      '[1]',
      '"text"',
      '',
    );
    const page = await consolePage.open('/?view=dead-letters&queue=model_events:site', {
      viewport: { width, height: 800 },
    });
    expect(await page.locator('tbody tr').count()).toBe(hostileTexts.length + 4);
    await expectUnharmed(page);
    const text = await page.locator('table').innerText();
    expect(text).toContain('<script>document.title="owned"</script>');
    expect(text).toContain('\\u202egnp.exe\\u2066');
    expect(text).not.toContain('\u202e');
    expect(text).toContain('\\ud800 unpaired \\udfff');
  },
);

test('the text of each hostile dead letter is displayed as text', async () => {
  const letters = hostileTexts.map((text) => letterWith(text));
  await redis.client.lpush(site.keys.deadLetters, ...letters);
  const page = await consolePage.open();
  for (const [index, text] of (await redis.client.lrange(site.keys.deadLetters, 0, -1)).reverse().entries()) {
    await page.goto(`${consolePage.url}/?view=dead-letter&queue=model_events:site&id=${idOf(text)}`);
    await expectUnharmed(page);
    // JSON.stringify escapes some of these characters itself.
    const quoted = JSON.stringify(hostileTexts[index])
      .slice(1, -1)
      .slice(0, 40)
      .replace(/[\u0080-\u{10ffff}].*/u, '');
    expect(await page.locator('pre').innerText()).toContain(quoted);
  }
});

test.each([
  ['a megabyte', JSON.stringify({ padding: 'y'.repeat(1_000_000) })],
  ['100,000 nested arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['broken JSON', '{"message":{"a":1,'],
  ['only invisible characters', '\u0000\u202e\u200b'.repeat(2000)],
])('a dead letter of %s is displayed, truncated if necessary', async (_what, text) => {
  await redis.client.lpush(site.keys.deadLetters, text);
  const page = await consolePage.open(`/?view=dead-letter&queue=model_events:site&id=${idOf(text)}`);
  await expectUnharmed(page);
  expect((await page.locator('pre').innerText()).length).toBeGreaterThan(10);
});

test('hostile claims are displayed as text, and a key of the wrong type is reported as wrong-type', async () => {
  await claimed(
    redis.client,
    site,
    hostileTexts.slice(0, 4).map((text) => letterWith(text)),
  );
  const page = await consolePage.open('/?view=claims&queue=model_events:site');
  expect(await page.locator('tbody tr').count()).toBe(4);
  await expectUnharmed(page);
  await redis.client.flushall();
  await redis.client.set(site.keys.deadLetters, 'not a list');
  await page.goto(`${consolePage.url}/?view=dead-letters&queue=model_events:site`);
  expect(await page.getByRole('alert').innerText()).toContain('wrong-type');
  await page.goto(consolePage.url);
  expect(await page.locator('.findings').innerText()).toContain('wrong-type');
});

test('values from the URL are displayed as text', async () => {
  for (const text of hostileTexts) {
    const field = encodeURIComponent(Buffer.from(text.slice(0, 200)).toString());
    const page = await consolePage.open(`/?view=dead-letters&queue=${field}&error=${field}&model=${field}`);
    await expectUnharmed(page);
    await page.goto(
      `${consolePage.url}/?view=dead-letters&queue=model_events:site&error=${field}&model=${field}&since=${field}`,
    );
    await expectUnharmed(page);
  }
});
