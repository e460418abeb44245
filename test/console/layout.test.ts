import { ModelQueue } from '../../queue/model-queue';
import { recordSample } from '../../queue/samples';
import { oneClaimed } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { useRedis } from '../support/redis';
import { useConsolePage } from './console-page';

const redis = useRedis();
const consolePage = useConsolePage(redis);
const site = new ModelQueue('model_events:site');
const views = [
  '/',
  '/?view=dead-letters&queue=model_events:site',
  '/?view=claims&queue=model_events:site',
  '/?view=queued&state=waiting&queue=model_events:site',
  '/?view=queued&state=delayed&queue=model_events:site',
  `/?view=message-status&message_id=${'a'.repeat(128)}`,
  '/?view=confirmation&verb=discard&queue=model_events:site',
  '/nothing',
];

/** Evaluated in the page: the vertical middles of the visible cells in a table's first row, which are equal in a line. */
const middles = `[...document.querySelectorAll('tbody tr:first-child > *')]
  .map((each) => each.getBoundingClientRect())
  .filter(({ height }) => height > 0)
  .map(({ top, height }) => Math.round(top + height / 2))`;

/** Accessibility defects; evaluated in the page. */
const accessibilityDefects = `(() => {
  const contrast = (a, b) => {
    const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const backOf = (each) => { const back = getComputedStyle(each).backgroundColor; return back === 'rgba(0, 0, 0, 0)' ? backOf(each.parentElement) : back; };
  const texts = [...document.querySelectorAll('.model-events *')].filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '') && each.tagName !== 'OPTION');
  return {
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    unlabelled: [...document.querySelectorAll('input:not([type=hidden]), select')].filter((each) => !each.labels.length && !each.ariaLabel).length,
    withoutScope: document.querySelectorAll('th:not([scope])').length,
    faint: texts.filter((each) => contrast(getComputedStyle(each).color, backOf(each)) < 4.5).map((each) => each.outerHTML.slice(0, 120)),
    headings: document.querySelectorAll('h1').length,
  };
})()`;

describe.each([
  ['light', 1200],
  ['dark', 1200],
  ['light', 360],
  ['dark', 360],
] as const)('%s, %i px wide', (colorScheme, width) => {
  test('every view fits the width, has sufficient contrast and labels each field and column', async () => {
    await addDeadLetter(redis.client, site, message('a'.repeat(128), { model_id: 'm'.repeat(250) }));
    await addDeadLetter(redis.client, site, message('a'));
    await oneClaimed(redis.client, site, message('b'), { consumer: 'c'.repeat(64) });
    await redis.client.lpush(site.keys.main, message('w'.repeat(128), { model_id: 'm'.repeat(250) }));
    await redis.client.zadd(site.keys.delayed, 2e12, message('d'));
    await recordSample(redis.client, site.keys);
    const page = await consolePage.open('/', { colorScheme, viewport: { width, height: 800 } });
    for (const view of views) {
      await page.goto(consolePage.url + view);
      expect(await page.evaluate(accessibilityDefects)).toEqual({
        overflow: 0,
        unlabelled: 0,
        withoutScope: 0,
        faint: [],
        headings: 1,
      });
    }
  });
});

test('on a narrow screen a dead letter has two lines: its id with its age, and its error with the button', async () => {
  const letter = { code: 'LISTING_REFUSED' };
  await addDeadLetter(redis.client, site, message('a'.repeat(128), { model_id: 'm'.repeat(250) }), letter);
  await addDeadLetter(redis.client, site, message('b'), letter);
  const page = await consolePage.open(views[1], { viewport: { width: 360, height: 800 } });
  const rows = page.locator('tbody tr');
  expect(await rows.count()).toBe(2);
  for (const row of await rows.all()) {
    const { height = 0 } = (await row.boundingBox()) ?? {};
    expect(height).toBeGreaterThan(40);
    expect(height).toBeLessThan(75);
    expect(await row.getByRole('checkbox').isVisible()).toBe(true);
    expect(await row.innerText()).toMatch(/LISTING_REFUSED no\s+[\d.]+ \w+ ago\s+Redrive/);
  }
  expect(new Set(await page.evaluate<number[]>(middles)).size).toBe(2);
});

test('a table laid out as cards is still a table for screen readers', async () => {
  const page = await consolePage.open('/', { viewport: { width: 360, height: 800 } });
  expect(await page.getByRole('table').getByRole('rowheader').count()).toBe(2);
  expect(await page.getByRole('columnheader', { name: 'Dead letters' }).count()).toBe(1);
});

test('without Redis the page displays fault, endpoint and remedy, and recovers with Redis', async () => {
  const page = await consolePage.open('/');
  await redis.server.primary.kill();
  try {
    await page.reload();
    const found = await page.locator('main').innerText();
    expect(found).toContain('✕ FAIL');
    expect(found).toContain('connection-refused');
    expect(found).toContain(`localhost:${redis.server.port}`);
    expect(found).toContain('nothing listens there: check REDIS_PORT and whether the node is up');
    await page.goto(`${consolePage.url}/?view=dead-letters&queue=model_events:site`);
    expect(await page.getByRole('alert').innerText()).toContain('Redis cannot be used: connection-refused');
  } finally {
    await redis.server.primary.restart();
  }
  await page.getByRole('link', { name: 'Try again' }).click();
  expect(await page.getByRole('heading', { level: 2 }).innerText()).toContain('Dead letters of');
});

test('the page works without JavaScript', async () => {
  const page = await consolePage.open('/', { javaScriptEnabled: false });
  await page.getByRole('link', { name: 'Claims of hokusai-token' }).click();
  expect(page.url()).toContain('view=claims');
});
