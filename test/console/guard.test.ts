/** Requests from other pages in the same browser and for foreign host names are rejected. */
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { ModelQueue } from '../../queue/model-queue';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { useRedis } from '../support/redis';
import { useConsolePage } from './console-page';

const redis = useRedis();
const consolePage = useConsolePage(redis);
const site = new ModelQueue('model_events:site');

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request with any Host and Origin, which browsers do not allow. */
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
        port: consolePage.port,
        method,
        path,
        headers: { host: `localhost:${consolePage.port}`, ...headers },
      },
      (response) => {
        text(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, text: body, headers: response.headers }),
          reject,
        );
      },
    );
    sent.on('error', reject).end(body);
  });
}

/** The fields of the console's own redrive form. */
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

test('a form is accepted from the console’s own origin', async () => {
  const form = await ownForm();
  expect((await post(form, { origin: `http://localhost:${consolePage.port}` })).status).toBe(303);
  expect(await letters()).toBe(0);
});

test.each<[string, Record<string, string>]>([
  ['another origin', { origin: 'http://evil.example' }],
  ['an opaque origin', { origin: 'null' }],
  ['another port', { origin: 'http://localhost:1' }],
  ['no origin', {}],
  ['another site by Sec-Fetch-Site', { 'sec-fetch-site': 'cross-site' }],
])('a form from %s is rejected with 403 and changes nothing', async (_what, headers) => {
  expect((await post(await ownForm(), headers)).status).toBe(403);
  expect(await letters()).toBe(1);
});

test('a form without the token of this process, or with a forged plan, is rejected and changes nothing', async () => {
  const own = { origin: `http://localhost:${consolePage.port}` };
  const form = await ownForm();
  expect((await post({ ...form, token: 'x' }, own)).status).toBe(403);
  const [content = '', signature = ''] = (form['signedPlan'] ?? '').split('.');
  const plan = Buffer.from(content, 'base64url').toString().replace('"redrive"', '"discard"');
  const forged = `${Buffer.from(plan).toString('base64url')}.${signature}`;
  for (const signedPlan of [forged, 'x.y', '', content]) {
    const answer = await post({ ...form, signedPlan }, own);
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('not issued by this console');
  }
  await consolePage.restart();
  expect((await post(form, own)).status).toBe(403);
  expect(await letters()).toBe(1);
});

test.each(['evil.example', 'localhost', 'localhost.evil.example:4510', '127.0.0.1:1'])(
  'every path answers 421 for the foreign Host %s',
  async (host) => {
    for (const path of ['/', '/download?queue=model_events:site', '/health', '/messages/a']) {
      const answer = await send({ path, headers: { host } });
      expect(answer.status).toBe(421);
      expect(answer.text).not.toContain('HANDLER_FAILED');
    }
  },
);

test('localhost, 127.0.0.1 and [::1] are accepted as Host', async () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    expect((await send({ headers: { host: `${host}:${consolePage.port}` } })).status).toBe(200);
  }
});

test('no response can be framed, cached or load external resources', async () => {
  for (const path of ['/', '/console.css', '/nothing', '/?view=dead-letters&queue=unknown']) {
    const { headers } = await send({ path });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  }
});

test('a form submitted by another page in the same browser is rejected', async () => {
  const form = await ownForm();
  const page = await consolePage.open();
  await page.goto('about:blank');
  const fields = Object.entries(form).map(([name, value]) => `<input name="${name}" value="${value}">`);
  await page.setContent(
    `<form method="post" action="${consolePage.url}/work">${fields.join('')}<button>Send</button></form>`,
  );
  await Promise.all([page.waitForURL(`${consolePage.url}/work`), page.getByRole('button').click()]);
  expect(await page.getByRole('alert').innerText()).toContain('not sent by a page of this');
  expect(await letters()).toBe(1);
});

test('PutEvents and the health function’s paths are answered on the same port', async () => {
  const put = await send({ method: 'POST', headers: { 'x-amz-target': 'AWSEvents.PutEvents' }, body: '{}' });
  expect(JSON.parse(put.text)).toEqual({ FailedEntryCount: 0, Entries: [] });
  expect(JSON.parse((await send({ path: '/live' })).text)).toEqual({ status: 'pass' });
});
