/** The health function, as it is deployed, on a real Redis: the response of each path without faults, and the log. */
import { publish } from '../../queue/publish';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { ModelQueue } from '../../queue/model-queue';
import { messageRecord, publishOptions } from '../support/publishing';
import { useRedis } from '../support/redis';
import { useHealthFunction } from './health-function';

const redis = useRedis();
const health = useHealthFunction(redis);

test('/live passes without a request to Redis', async () => {
  const before = health.secrets.requests;
  const { status, headers, body } = await health.request('/live');
  expect([status, headers['content-type'], body]).toEqual([200, 'application/health+json', { status: 'pass' }]);
  expect(health.secrets.requests).toBe(before);
});

test.each([{ key1: 'value1' }, {}, null, 'text', { requestContext: {} }])(
  'the event %j, as from the Test button of Lambda, is answered with a sentence',
  async (event) => {
    expect(await health.function.invoke(event)).toMatch(/^No health was checked: .* Run `npx model-events health`/);
  },
);

test('/ready passes if Redis accepts writes, regardless of the queues', async () => {
  await addDeadLetter(redis.client, new ModelQueue('model_events'), message('a'));
  const { status, headers, body } = await health.request('/ready');
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'application/health+json',
    'no-store',
  ]);
  expect(body['status']).toBe('pass');
  expect(Object.keys(body['checks'] as object)).toEqual(['redis:write']);
});

test('/health reports the queue of every subscription; a warning has status 200', async () => {
  await addDeadLetter(redis.client, new ModelQueue('model_events:site'), message('a'));
  const { status, body } = await health.request('/health');
  expect([status, body['status']]).toEqual([200, 'warn']);
  expect((body['checks'] as Record<string, unknown>)['queue:dead-letters']).toMatchObject([
    { componentId: 'model_events', status: 'pass', observedValue: 0 },
    { componentId: 'model_events:site', status: 'warn', observedValue: 1, fault: 'dead-letters' },
  ]);
});

test('/messages/<message_id> returns the state of a message for each service', async () => {
  await publish(redis.client, [messageRecord('model:7')], publishOptions);
  for (const path of ['/messages/model:7', '/messages/model%3A7']) {
    const { status, headers, body } = await health.request(path);
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    expect(body).toMatchObject({
      message_id: 'model:7',
      queued_at: expect.any(String) as string,
      subscriptions: [
        { service: 'hokusai-token', queue: 'model_events', place: 'waiting' },
        { service: 'hokusai-site', queue: 'model_events:site', place: 'waiting' },
      ],
    });
  }
});

test('an unknown message is 404, with the queues of every subscription', async () => {
  const { status, body } = await health.request('/messages/unheard');
  expect(status).toBe(404);
  expect(body['subscriptions']).toHaveLength(2);
});

test.each(['', 'a/b', '%', '%22', 'x'.repeat(129), '<script>'])('the message id %j is refused', async (id) => {
  const { status, body } = await health.request(`/messages/${id}`);
  expect(status).toBe(400);
  expect(body).toEqual({ error: 'a message_id has 1 to 128 characters of A-Z, a-z, 0-9, . _ : and -' });
});

test('any other path is 404 with the list of paths; any other method is 405', async () => {
  for (const path of ['/', '/healthz', '/messages', '/health/']) {
    const { status, headers, body } = await health.request(path);
    expect([status, headers['content-type']]).toEqual([404, 'application/json']);
    expect(Object.keys(body['paths'] as object)).toEqual(['/live', '/ready', '/health', '/messages/<message_id>']);
  }
  const { status, headers } = await health.request('/health', 'POST');
  expect([status, headers['allow']]).toEqual([405, 'GET']);
});

test('each request is logged in one line with path, status and caller', async () => {
  await health.request('/health');
  await health.request('/nowhere\nforged: line');
  expect(health.lines).toHaveLength(2);
  const [first, second] = health.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(first).toMatchObject({
    message: 'request',
    level: 'INFO',
    method: 'GET',
    path: '/health',
    status: 200,
    caller: 'arn:aws:sts::123456789012:assumed-role/on-call/ada',
  });
  expect(second).toMatchObject({ path: '/nowhere\nforged: line', status: 404 });
});
