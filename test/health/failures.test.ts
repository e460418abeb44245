/** The health function while Redis or the connection to it fails: a response within its 2 s, with the fault. */
import { localSecretArn, publisherEnvironment, secretStringOf } from '../../dev/local/publisher-environment';
import { startFunction } from '../../dev/emulators/function-process';
import { useRedis } from '../support/redis';
import { useHealthFunction } from './health-function';
import { resolve } from 'node:path';

const redis = useRedis();
const health = useHealthFunction(redis);

afterEach(() => {
  expect(health.lines.join('\n')).not.toContain(redis.server.token);
});

/** The faults that /ready, /health and /messages/… report. */
async function faults(): Promise<unknown[]> {
  const found = [];
  for (const path of ['/ready', '/health', '/messages/m1']) {
    const { status, body } = await health.request(path);
    const checks = body['checks'] as Record<string, { fault: string }[]> | undefined;
    found.push([status, checks?.['redis:write']?.[0]?.fault ?? body['fault']]);
  }
  return found;
}

test('while Redis is down every path that needs it is 503 and /live is 200; after its restart they recover', async () => {
  expect(await faults()).toEqual([
    [200, undefined],
    [200, undefined],
    [404, undefined],
  ]);
  await redis.server.primary.kill();
  expect(await faults()).toEqual(Array(3).fill([503, 'connection-refused']));
  expect((await health.request('/live')).status).toBe(200);
  await redis.server.primary.restart();
  expect((await health.request('/ready')).status).toBe(200);
});

test.each(['/health', '/messages/m1'])(
  '%s responds within its timeout while Redis hangs, on an open connection and on a new one',
  async (path) => {
    await health.request(path);
    redis.server.primary.pause();
    try {
      expect((await health.request(path)).status).toBe(503);
      expect((await health.request(path)).status).toBe(503);
      await health.function.kill();
      expect((await health.request(path)).status).toBe(503);
    } finally {
      redis.server.primary.resume();
    }
    expect((await health.request('/ready')).status).toBe(200);
  },
);

test('a wrong token, an unreadable secret and an unresponsive Secrets Manager are reported as different faults', async () => {
  await health.function.kill();
  const { username, token } = health.credentials;
  health.secrets.set(localSecretArn, secretStringOf('a-wrong-token-000', username));
  expect(await faults()).toEqual(Array(3).fill([503, 'token-refused']));
  expect(health.lines.join('\n')).not.toContain('a-wrong-token');
  health.secrets.set(localSecretArn, secretStringOf(token, username));
  expect((await health.request('/ready')).status).toBe(200);

  for (const mode of ['denied', 'silent'] as const) {
    await health.function.kill();
    health.secrets.fail(mode);
    expect(await faults()).toEqual(Array(3).fill([503, 'secret-unreadable']));
    health.secrets.fail(undefined);
  }
  expect((await health.request('/ready')).status).toBe(200);
});

test('a failure is logged in one line at error level with the response', async () => {
  await redis.server.primary.kill();
  await health.request('/health');
  await redis.server.primary.restart();
  expect(health.lines).toHaveLength(1);
  const line = JSON.parse(health.lines[0] ?? '') as Record<string, unknown>;
  expect(line).toMatchObject({ level: 'ERROR', status: 503, path: '/health', body: { status: 'fail' } });
});

test('an invalid environment ends the function at its start, and the error names every variable', async () => {
  const environment: Record<string, string> = {
    ...publisherEnvironment(redis.server, health.secrets),
    REDIS_PORT: 'x',
    MODEL_EVENTS_HEALTH_THRESHOLDS: 'deadLetters=many',
  };
  delete environment['REDIS_HOST'];
  const bundle = resolve('dist/lambda/health/index.mjs');
  await expect(startFunction({ name: 'health', bundle, environment, timeoutSeconds: 2 })).rejects.toThrow(
    /REDIS_HOST is missing; REDIS_PORT must be a whole number from 1 to 65535, got "x"; MODEL_EVENTS_HEALTH_THRESHOLDS: .* got "deadLetters=many"/,
  );
});
