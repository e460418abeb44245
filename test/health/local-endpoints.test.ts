/** `make local` serves the health paths on its port with the deployed function's code. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { healthEndpoints, type AnswerHealth } from '../../dev/local/health-endpoints';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { readPipelineSettings } from '../../dev/local/synthesized-pipeline';
import { development, inThrowAwayFolder, synthesized } from '../lib/synthesized';
import { endpointOf, useRedis } from '../support/redis';
import { message } from '../support/events';

const redis = useRedis();
let answer: AnswerHealth;
beforeAll(() => {
  answer = healthEndpoints({ redis: endpointOf(redis.server), subscriptions: localSubscriptions });
});

const get = async (path: string, method = 'GET'): Promise<{ status?: number | undefined; body: unknown }> => {
  const answered = await answer(path, method);
  return { status: answered?.status, body: JSON.parse(answered?.body ?? 'null') as unknown };
};

test('each path responds as the deployed function does; any other path is handled by the console', async () => {
  await redis.client.lpush('model_events', message('m1'));
  expect(await get('/live')).toEqual({ status: 200, body: { status: 'pass' } });
  expect(await get('/ready')).toMatchObject({ status: 200, body: { status: 'pass' } });
  expect(await get('/health')).toMatchObject({ status: 200, body: { checks: { 'queue:depth': [{}, {}] } } });
  expect(await get('/messages/m1')).toMatchObject({ status: 200, body: { subscriptions: [{ place: 'waiting' }, {}] } });
  expect(await answer('/health', 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  for (const path of ['/', '/healthz', '/messages', '/queues/model_events'])
    expect(answer(path, 'GET')).toBeUndefined();
});

test('it has the warning thresholds of the environment’s health function', async () => {
  const settings = inThrowAwayFolder((folder) => {
    const file = join(folder, 'template.json');
    const changed = synthesized({
      alarms: { ...development.alarms, queueDepth: 1, oldestMessageSeconds: 315_360_000 },
    });
    writeFileSync(file, JSON.stringify(changed.toJSON()));
    return readPipelineSettings(file);
  });
  const answerStrictly = healthEndpoints({
    redis: endpointOf(redis.server),
    subscriptions: settings.publisher.subscriptions,
    thresholds: settings.healthThresholds,
  });
  await redis.client.lpush('model_events', message('a'));
  expect((await answerStrictly('/health', 'GET'))?.body).toContain('"status":"pass"');
  await redis.client.lpush('model_events', message('b'));
  expect((await answerStrictly('/health', 'GET'))?.body).toContain('"fault":"backlog"');
});

test('concurrent requests while Redis is down each return the fault', async () => {
  await redis.server.primary.kill();
  try {
    const answers = await Promise.all(Array.from({ length: 20 }, () => get('/health')));
    for (const { status, body } of answers) {
      expect(status).toBe(503);
      expect(body).toMatchObject({ checks: { 'redis:write': [{ fault: 'connection-refused' }] } });
    }
  } finally {
    await redis.server.primary.restart();
  }
  expect(await get('/ready')).toMatchObject({ status: 200 });
});
