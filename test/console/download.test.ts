import { readFile } from 'node:fs/promises';
import { ModelQueue } from '../../queue/model-queue';
import { idOf } from '../../queue/operations/summary';
import { useRedis } from '../support/redis';
import { useConsolePage } from './console-page';
import { fillWithLetters, hostileTexts, letterWith } from './hostile-dead-letters';

const redis = useRedis();
const consolePage = useConsolePage(redis);
const site = new ModelQueue('model_events:site');

test('one dead letter is downloaded byte for byte, as a text file', async () => {
  const letter = letterWith(hostileTexts[8], 'm1').replace('0.82', '9007199254740993.10');
  await redis.client.lpush(site.keys.deadLetters, letter);
  const page = await consolePage.open(`/?view=dead-letter&queue=model_events:site&id=${idOf(letter)}`);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download text' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(
    `model_events-site-${idOf(letter)}.txt`.replace('model_events', 'model-events'),
  );
  expect(await readFile(await download.path())).toEqual(await redis.client.lindexBuffer(site.keys.deadLetters, 0));
});

test('all dead letters of a queue are downloaded as JSON lines, each with its unchanged text, oldest first', async () => {
  const letters = [...hostileTexts.map((text) => letterWith(text)), 'two\nlines', '{broken'];
  for (const letter of letters) await redis.client.lpush(site.keys.deadLetters, letter);
  const page = await consolePage.open('/?view=dead-letters&queue=model_events:site');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download all' }).click(),
  ]);
  const lines = (await readFile(await download.path(), 'utf8')).split('\n');
  expect(lines.pop()).toBe('');
  const texts = lines.map((line) => (JSON.parse(line) as { text: string }).text);
  expect(texts).toEqual((await redis.client.lrange(site.keys.deadLetters, 0, -1)).reverse());
});

test('100,000 dead letters are downloaded as a chunked stream', async () => {
  await fillWithLetters(redis.client, site, 100_000);
  const response = await fetch(`${consolePage.url}/download?queue=model_events:site`);
  expect(response.headers.get('content-disposition')).toBe(
    'attachment; filename="model-events-site-dead-letters.jsonl"',
  );
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('transfer-encoding')).toBe('chunked');
  expect((await response.text()).split('\n')).toHaveLength(100_001);
});

test('a download is aborted when Redis fails', async () => {
  await fillWithLetters(redis.client, site, 100_000);
  const response = await fetch(`${consolePage.url}/download?queue=model_events:site`);
  await redis.server.primary.kill();
  try {
    await expect(response.text()).rejects.toThrow();
  } finally {
    await redis.server.primary.restart();
  }
});

test.each([
  ['/download?queue=sessions', 409],
  ['/download?queue=model_events:unknown', 409],
  ['/download?queue=model_events:site&id=0123456789abcdef', 404],
  ['/download?queue=model_events:site&id=%0d%0aset-cookie:x', 409],
])('a download from %s fails with status %i and an error message', async (path, status) => {
  const response = await fetch(consolePage.url + path);
  expect(response.status).toBe(status);
  expect(await response.text()).toContain('role="alert"');
});
