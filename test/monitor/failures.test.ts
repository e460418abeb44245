import { localSecretArn, secretStringOf } from '../../dev/local/publisher-environment';
import { keysOf } from '../../queue/keys';
import { ModelQueue } from '../../queue/model-queue';
import { claimed, expireLeases } from '../support/claims';
import { message } from '../support/events';
import { type TestMonitor, useMonitor, valuesIn } from '../support/monitor';
import { useRedis } from '../support/redis';

const redis = useRedis();
const monitor = useMonitor(redis);
const hasty = useMonitor(redis, { timeoutSeconds: 2 });
const token = new ModelQueue('model_events');

afterEach(() => {
  expect([...monitor.lines, ...hasty.lines].join('\n')).not.toContain(redis.server.token);
});

/** Expects that a run without Redis emits only RedisAvailability 0 and, from a readable secret, the age of the token. */
async function expectUnavailable(running: TestMonitor, readable = true): Promise<void> {
  const points = await running.run();
  const expected = {
    RedisAvailability: 0,
    ...(readable ? { TokenAgeDays: expect.any(Number) as number } : {}),
  };
  expect(valuesIn(points)).toEqual(expected);
  expect(points).toHaveLength(Object.keys(expected).length);
}

const faults = () => monitor.logs('a step of the run failed').map(({ fault }) => fault);

test('while Redis is down, a run emits availability 0 and no queue metrics; after its restart availability is 1', async () => {
  await monitor.run();
  await redis.server.primary.kill();
  try {
    await expectUnavailable(monitor);
    expect(faults()).toEqual(['connection-refused']);
  } finally {
    await redis.server.primary.restart();
  }
  expect(valuesIn(await monitor.run())).toMatchObject({ RedisAvailability: 1 });
});

test('a hanging Redis gives availability 0 within the time limit of the function', async () => {
  await monitor.run();
  redis.server.primary.pause();
  try {
    await expectUnavailable(monitor);
    expect(faults()).toEqual(['command-timeout']);
  } finally {
    redis.server.primary.resume();
  }
  expect(valuesIn(await monitor.run())).toMatchObject({ RedisAvailability: 1 });
});

test('if Redis and Secrets Manager do not reply, availability 0 is emitted before the function times out', async () => {
  await hasty.function.kill();
  hasty.secrets.fail('silent');
  expect((await hasty.run()).map(({ name, value }) => [name, value])).toEqual([['RedisAvailability', 0]]);
  hasty.secrets.fail(undefined);
  expect(valuesIn(await hasty.run())).toMatchObject({ RedisAvailability: 1 });
});

test('a connection lost between two runs gives availability 1', async () => {
  await monitor.run();
  await redis.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  expect(valuesIn(await monitor.run())).toMatchObject({ RedisAvailability: 1 });
  expect(faults()).toEqual([]);
});

test('a full Redis gives availability 0, and its queues are still maintained and measured', async () => {
  await claimed(redis.client, token, [message('lost')]);
  await expireLeases(redis.client, token, message('lost'));
  await redis.client.config('SET', 'maxmemory', '1mb');
  try {
    const points = await monitor.run();
    expect(valuesIn(points)).toMatchObject({ RedisAvailability: 0, EvictionPolicySafe: 1 });
    expect(valuesIn(points)).not.toHaveProperty('RedisLatency');
    expect(valuesIn(points)['MemoryUsedPercent']).toBeGreaterThan(100);
    expect(valuesIn(points, token.name)).toMatchObject({ QueueDepth: 1, ProcessingDepth: 0, MessagesReclaimed: 1 });
    expect(faults()).toEqual(['out-of-memory']);
  } finally {
    await redis.client.config('SET', 'maxmemory', '0');
  }
});

test('a node demoted to replica gives availability 0, its queues are measured, and the next run reconnects', async () => {
  await redis.client.lpush(token.keys.main, message('waiting'));
  await monitor.run();
  await redis.client.replicaof('127.0.0.1', 1);
  try {
    const points = await monitor.run();
    expect(valuesIn(points)).toMatchObject({ RedisAvailability: 0 });
    expect(valuesIn(points, token.name)).toMatchObject({ QueueDepth: 1 });
    expect(valuesIn(points, token.name)).not.toHaveProperty('MessagesReclaimed');
    expect(faults()).toEqual(['read-only']);
  } finally {
    await redis.client.replicaof('NO', 'ONE');
  }
  expect(valuesIn(await monitor.run())).toMatchObject({ RedisAvailability: 1 });
});

test('a queue of a wrong type affects neither the metrics of other queues nor availability', async () => {
  await redis.client.set(keysOf('model_events').main, 'foreign value');
  const points = await monitor.run();
  expect(valuesIn(points, 'model_events')).toEqual({});
  expect(valuesIn(points, 'model_events:site')).toMatchObject({ QueueDepth: 0 });
  const maintained = (monitor.logs('run')[0]?.['queues'] as { queue: string; maintenance?: object }[]).find(
    ({ queue }) => queue === 'model_events:site',
  );
  expect(maintained?.maintenance).toMatchObject({ requeued: 0, deadLettered: 0 });
  expect(valuesIn(points)).toMatchObject({ RedisAvailability: 1 });
  expect(faults()).toEqual(['wrong-type', 'wrong-type']);
});

test.each(['denied', 'unavailable'] as const)('a secret that cannot be read (%s) gives availability 0', async (how) => {
  await monitor.function.kill();
  monitor.secrets.fail(how);
  try {
    await expectUnavailable(monitor, false);
    // The second one is about the age of the token.
    expect(faults()).toEqual(['secret-unreadable', undefined]);
  } finally {
    monitor.secrets.fail(undefined);
  }
  expect(valuesIn(await monitor.run())).toMatchObject({ RedisAvailability: 1 });
});

test('after a token rotation the same run reads the secret again and gives availability 1', async () => {
  await monitor.run();
  await rotatedTo('rotated-token-0123456789', async () => {
    monitor.secrets.set(localSecretArn, secretStringOf('rotated-token-0123456789', monitor.credentials.username));
    expect(valuesIn(await monitor.run())).toMatchObject({ RedisAvailability: 1 });
    expect(faults()).toEqual([]);
  });
});

test('a token that Redis refuses gives availability 0', async () => {
  await monitor.run();
  await rotatedTo('another-token-0123456789', async () => {
    await expectUnavailable(monitor);
    expect(faults()).toEqual(['token-refused']);
  });
});

/** Runs `work` while Redis accepts only this password of the monitor's user and every client has to authenticate again. */
async function rotatedTo(newToken: string, work: () => Promise<void>): Promise<void> {
  const { username = '', token } = monitor.credentials;
  await redis.client.acl('SETUSER', username, 'resetpass', `>${newToken}`);
  await redis.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  try {
    await work();
    expect(monitor.lines.join('\n')).not.toContain(newToken);
  } finally {
    await redis.client.acl('SETUSER', username, 'resetpass', `>${token}`);
    monitor.secrets.set(localSecretArn, secretStringOf(token, username));
  }
}
