/** Other pages in the same browser, and foreign names that lead to this machine, get nothing done here. */
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { ModelQueue } from '../../queue/model-queue';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { useRedis } from '../support/redis';
import { useConsolePage } from './console-page';

const redis = useRedis();
const shown = useConsolePage(redis);
const site = new ModelQueue('model_events:site');

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request as no browser would send it: Host and Origin are ours to choose. */
async function send({
  method = 'GET',
  path = '/',
  headers = {},
  body,
}: Sent): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        agent: false,
        host: '127.0.0.1',
        port: shown.port,
        method,
        path,
        headers: { host: `localhost:${shown.port}`, ...headers },
      },
      (response) => {
        text(response).then(
          (said) => resolve({ status: response.statusCode ?? 0, text: said, headers: response.headers }),
          reject,
        );
      },
    );
    sent.on('error', reject).end(body);
  });
}

/** The fields that the page's own button for a redrive sends. */
async function ownForm(): Promise<Record<string, string>> {
  const { text: page } = await send({ path: '/?view=dead-letters&queue=model_events:site' });
  const form = /<form method="post".*?<\/form>/s.exec(page)?.[0] ?? '';
  return Object.fromEntries(
    [...form.matchAll(/name="(\w+)"\s+value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

const post = (form: Record<string, string>, headers: Record<string, string>) =>
  send({ method: 'POST', path: '/work', headers, body: new URLSearchParams(form).toString() });

beforeEach(() => addDeadLetter(redis.client, site, message('a')));
const letters = () => redis.client.llen(site.keys.deadLetters);

test('the page’s own form is taken once it comes from the page itself', async () => {
  const form = await ownForm();
  expect((await post(form, { origin: `http://localhost:${shown.port}` })).status).toBe(303);
  expect(await letters()).toBe(0);
});

test.each<[string, Record<string, string>]>([
  ['another origin', { origin: 'http://evil.example' }],
  ['an opaque origin', { origin: 'null' }],
  ['another port', { origin: 'http://localhost:1' }],
  ['no origin at all', {}],
  ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
])('a form from %s changes nothing', async (_what, headers) => {
  expect((await post(await ownForm(), headers)).status).toBe(403);
  expect(await letters()).toBe(1);
});

test('a form without the token of this start, or with a forged offer, changes nothing', async () => {
  const own = { origin: `http://localhost:${shown.port}` };
  const form = await ownForm();
  expect((await post({ ...form, token: 'x' }, own)).status).toBe(403);
  const [content = '', signature = ''] = (form['signedPlan'] ?? '').split('.');
  const plan = Buffer.from(content, 'base64url').toString().replace('"redrive"', '"discard"');
  const forged = `${Buffer.from(plan).toString('base64url')}.${signature}`;
  for (const signedPlan of [forged, 'x.y', '', content]) {
    const answer = await post({ ...form, signedPlan }, own);
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('not offered by a view of this console');
  }
  await shown.restart();
  expect((await post(form, own)).status).toBe(403);
  expect(await letters()).toBe(1);
});

test.each(['evil.example', 'localhost', 'localhost.evil.example:4510', '127.0.0.1:1'])(
  'the foreign Host %s is shown nothing',
  async (host) => {
    for (const path of ['/', '/download?queue=model_events:site', '/health', '/messages/a']) {
      const answer = await send({ path, headers: { host } });
      expect(answer.status).toBe(421);
      expect(answer.text).not.toContain('HANDLER_FAILED');
    }
  },
);

test('localhost, 127.0.0.1 and [::1] are this machine’s own names', async () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    expect((await send({ headers: { host: `${host}:${shown.port}` } })).status).toBe(200);
  }
});

test('no answer can be framed, kept, or load anything from elsewhere', async () => {
  for (const path of ['/', '/console.css', '/nothing', '/?view=dead-letters&queue=nobody']) {
    const { headers } = await send({ path });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  }
});

test('another page in the same browser cannot press a button here', async () => {
  const form = await ownForm();
  const page = await shown.open();
  await page.goto('about:blank');
  const fields = Object.entries(form).map(([name, value]) => `<input name="${name}" value="${value}">`);
  await page.setContent(`<form method="post" action="${shown.url}/work">${fields.join('')}<button>Win</button></form>`);
  await Promise.all([page.waitForURL(`${shown.url}/work`), page.getByRole('button').click()]);
  expect(await page.getByRole('alert').innerText()).toContain('not sent by a page of this');
  expect(await letters()).toBe(1);
});

test('PutEvents and the health function’s paths are answered on the same port', async () => {
  const put = await send({ method: 'POST', headers: { 'x-amz-target': 'AWSEvents.PutEvents' }, body: '{}' });
  expect(JSON.parse(put.text)).toEqual({ FailedEntryCount: 0, Entries: [] });
  expect(JSON.parse((await send({ path: '/live' })).text)).toEqual({ status: 'pass' });
});
