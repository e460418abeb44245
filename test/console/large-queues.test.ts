import { ModelQueue } from '../../queue/model-queue';
import { message } from '../support/events';
import { addDeadLetter } from '../support/dead-letters';
import { useRedis } from '../support/redis';
import { useConsolePage } from './console-page';
import { fillWithLetters, letterWith } from './hostile-dead-letters';

const redis = useRedis();
const consolePage = useConsolePage(redis);
const site = new ModelQueue('model_events:site');
const list = '/?view=dead-letters&queue=model_events:site';
const hundredThousand = 100_000;
const done = (page: { url(): string }): boolean => page.url().includes('/job');

test('100,000 dead letters are paged from both ends, and the oldest is redriven from its page', async () => {
  await fillWithLetters(redis.client, site, hundredThousand);
  const page = await consolePage.open(list);
  const rows = page.locator('tbody th');
  expect(await page.getByLabel('Pages').innerText()).toContain('1–100 of 100,000');
  expect(await rows.first().innerText()).toBe('m100000');
  await page.getByRole('link', { name: 'Older' }).click();
  expect(await rows.first().innerText()).toBe('m99900');
  await page.getByRole('link', { name: 'Oldest' }).click();
  expect(await rows.last().innerText()).toBe('m1');
  await page.getByRole('button', { name: 'Redrive m1', exact: true }).click();
  await page.waitForURL(/job/);
  expect(await page.locator('main').innerText()).toContain('1 dead letter: sent back');
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(hundredThousand - 1);
});

test('100,000 dead letters are redriven with progress while the browser disconnects; later dead letters stay', async () => {
  await fillWithLetters(redis.client, site, hundredThousand);
  const page = await consolePage.open(list);
  await page.getByRole('link', { name: 'Redrive all …' }).click();
  expect(await page.getByRole('heading', { level: 2 }).innerText()).toContain('Redrive 100,000 dead letters');
  await redis.client.lpush(site.keys.deadLetters, letterWith('late', 'late', '2026-11-23T12:00:00.000Z'));
  await page.getByRole('button', { name: 'Redrive 100,000' }).click();
  await page.waitForURL(/job/);
  const job = page.url();
  expect(await page.locator('progress').getAttribute('max')).toBe('100000');
  const heading = await page.getByRole('heading', { level: 2 }).innerText();
  expect(heading).toMatch(/Redrive: [\d,]+ of 100,000 …/);
  await page.close();

  const later = await consolePage.open(job.slice(consolePage.url.length));
  await later.getByText('100,000 dead letters: sent back to their queue').waitFor({ timeout: 100_000 });
  expect(await redis.client.llen(site.keys.main)).toBe(hundredThousand);
  expect(await redis.client.lrange(site.keys.deadLetters, 0, -1)).toEqual([expect.stringContaining('"late"')]);
});

test('pressing a button twice starts one job', async () => {
  await fillWithLetters(redis.client, site, 1000);
  const page = await consolePage.open(list);
  await page.getByRole('link', { name: 'Discard all …' }).click();
  const form = await page.evaluate<[string, string][]>("[...new FormData(document.querySelector('main form'))]");
  const press = (): Promise<Response> =>
    fetch(`${consolePage.url}/work`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: consolePage.url },
      body: new URLSearchParams(form),
    });
  const [first, second] = await Promise.all([press(), press()]);
  expect(first.status).toBe(303);
  expect(second.headers.get('location')).toBe(first.headers.get('location'));
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(0);
  // A press after new failures, which the user has not confirmed.
  await addDeadLetter(redis.client, site, message('new'), { failedAt: '2026-11-23T12:00:00.000Z' });
  expect((await press()).status).toBe(303);
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(1);
});

test('a redrive pressed in two windows sends each message once', async () => {
  await fillWithLetters(redis.client, site, 2000);
  const pages = await Promise.all([consolePage.open(list), consolePage.open(list)]);
  for (const page of pages) await page.getByRole('link', { name: 'Redrive all …' }).click();
  await Promise.all(pages.map((page) => page.getByRole('button', { name: 'Redrive 2,000' }).click()));
  await Promise.all(pages.map((page) => page.waitForURL(/job/)));
  await Promise.all(pages.map((page) => page.getByText(': done').waitFor()));
  expect(pages.every(done)).toBe(true);
  expect(await redis.client.llen(site.keys.main)).toBe(2000);
});

test('a job that stops because Redis fails displays fault and progress, and can be continued', async () => {
  await fillWithLetters(redis.client, site, hundredThousand);
  const page = await consolePage.open(list);
  await page.getByRole('link', { name: 'Redrive all …' }).click();
  await page.getByRole('button', { name: 'Redrive 100,000' }).click();
  await page.waitForURL(/job/);
  redis.server.primary.pause();
  try {
    const alert = page.getByRole('alert');
    await alert.waitFor({ timeout: 60_000 });
    expect(await alert.innerText()).toContain('Redis cannot be used: command-timeout');
  } finally {
    redis.server.primary.resume();
  }
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText(': done').waitFor({ timeout: 100_000 });
  expect(await redis.client.llen(site.keys.main)).toBe(hundredThousand);
});
