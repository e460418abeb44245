/** Operates the console with the keyboard only. */
import type { Page } from 'playwright-core';
import { ModelQueue } from '../../queue/model-queue';
import { oneClaimed } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { eventBody, message, registered } from '../support/events';
import { useRedis } from '../support/redis';
import { useConsolePage } from './console-page';

const redis = useRedis();
const consolePage = useConsolePage(redis);
const main = new ModelQueue('model_events');
const site = new ModelQueue('model_events:site');

/** Evaluated in the page: the label of the focused element. */
const nameOfFocused = `(() => {
  const focused = document.activeElement;
  return focused.getAttribute('aria-label') ?? (focused.closest('label') ?? focused).textContent;
})()`;

/** Presses Tab until the element of that name has the focus, which must then be visible. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate<string>(nameOfFocused);
    if (label.replace(/\s+/g, ' ').trim().startsWith(name)) {
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
      return;
    }
  }
  throw new Error(`"${name}" is not reachable with Tab`);
}

async function go(page: Page, name: string): Promise<void> {
  await tabTo(page, name);
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
}

test('a dead letter is opened from the overview and redriven', async () => {
  await addDeadLetter(redis.client, site, message('a'));
  const page = await consolePage.open();
  await go(page, 'Dead letters of hokusai-site');
  await go(page, 'a');
  expect(await page.locator('pre').innerText()).toContain('"message_id": "a"');
  await go(page, 'Redrive');
  expect(await page.locator('main').innerText()).toContain('1 dead letter: sent back to their queue');
  expect(await redis.client.llen(site.keys.main)).toBe(1);
  expect(consolePage.actions).toEqual(['redrive model_events:site: redriven a']);
});

test('selected dead letters are discarded after a confirmation with their count; the others stay', async () => {
  for (const id of ['a', 'b', 'c']) await addDeadLetter(redis.client, site, message(id));
  const page = await consolePage.open('/?view=dead-letters&queue=model_events:site');
  for (const id of ['c', 'b']) {
    await tabTo(page, `Select ${id}`);
    await page.keyboard.press('Space');
  }
  await go(page, 'Discard selected');
  expect(await page.getByRole('heading', { level: 2 }).innerText()).toContain('Discard 2 dead letters');
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(3);
  await go(page, 'Discard 2 dead letters');
  expect(await page.locator('main').innerText()).toContain('2 dead letters: deleted');
  const [left] = await redis.client.lrange(site.keys.deadLetters, 0, -1);
  expect(left).toContain('"message_id":"a"');
});

test('an empty selection is an error, and Cancel returns to the list', async () => {
  await addDeadLetter(redis.client, site, message('a'));
  const page = await consolePage.open('/?view=dead-letters&queue=model_events:site');
  await go(page, 'Discard selected');
  expect(await page.getByRole('alert').innerText()).toContain('no entries are selected');
  await page.goto(`${consolePage.url}/?view=dead-letters&queue=model_events:site`);
  await go(page, 'Discard all');
  await go(page, 'Cancel');
  expect(page.url()).toContain('view=dead-letters');
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(1);
});

test('all that match a filter are redriven, after a confirmation with their count', async () => {
  for (const [id, model] of [
    ['a', 'm-1'],
    ['b', 'm-2'],
    ['c', 'm-2'],
  ] as const)
    await addDeadLetter(redis.client, site, message(id, { model_id: model }));
  const page = await consolePage.open('/?view=dead-letters&queue=model_events:site');
  await tabTo(page, 'Model id');
  await page.keyboard.type('m-2');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  expect(await page.locator('tbody tr').count()).toBe(2);
  await go(page, 'Redrive all that match');
  await go(page, 'Redrive 2 dead letters');
  expect(await redis.client.llen(site.keys.main)).toBe(2);
  expect(await redis.client.llen(site.keys.deadLetters)).toBe(1);
});

test('redriving an event that the publisher refused sends it to the buffer and removes its dead letter', async () => {
  const event = eventBody(registered());
  await addDeadLetter(redis.client, main, event, { failedBy: 'publisher' });
  const page = await consolePage.open('/?view=dead-letters&queue=model_events');
  await go(page, 'Redrive');
  expect(consolePage.buffered).toEqual([event]);
  expect(await redis.client.exists(main.keys.deadLetters, main.keys.main)).toBe(0);
});

test('a claim is released, and its former holder cannot acknowledge it', async () => {
  const claim = await oneClaimed(redis.client, site, message('held'), { consumer: 'task-7' });
  const page = await consolePage.open();
  await go(page, 'Claims of hokusai-site');
  expect(await page.locator('tbody').innerText()).toContain('task-7');
  await go(page, 'Release held');
  expect(await page.locator('main').innerText()).toContain('1 claim: returned to their queue');
  expect(await site.acknowledge(redis.client, claim)).toBe('not-held');
});

test('the timeline of a message is found by its id', async () => {
  await addDeadLetter(redis.client, site, message('reg-1'));
  const page = await consolePage.open();
  await tabTo(page, 'Message id');
  await page.keyboard.type('reg-1');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  expect(await page.getByRole('list').last().innerText()).toMatch(/Registered[^]*Dead letter/);
});
