import { localSecretArn, publisherEnvironment, secretStringOf } from '../../dev/local/publisher-environment';
import { startFunction } from '../../dev/emulators/function-process';
import { publisherBundle } from '../../dev/local/pipeline';
import { connect } from '../../queue/connection';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();
const publisher = usePublisher(redis, { timeoutSeconds: 6 });

afterEach(() => {
  expect(publisher.lines.join('\n')).not.toContain(redis.server.token);
});

test('while Redis is away exactly the unwritten records come back, within the deadline, and later they arrive once', async () => {
  const records = [sqsRecord(eventBody(registered())), sqsRecord(eventBody(registered({ baseline_validated: false })))];
  await redis.server.primary.kill();

  expect(await publisher.publish(...records)).toEqual([records[0]?.messageId]);

  expect(publisher.metric('PublishFailures')).toEqual([1]);
  expect(publisher.metric('PublishRetries')).toEqual([3]);
  expect(publisher.metric('PublishLatency')).toEqual([]);
  expect(JSON.stringify(publisher.logs('an attempt to publish failed'))).toContain(
    `connect at Redis localhost:${redis.server.port} failed`,
  );
  await redis.server.primary.restart();
  expect(await publisher.publish(...records)).toEqual([]);
  const client = await connect(endpointOf(redis.server));
  expect(await client.llen('model_events')).toBe(1);
  client.disconnect();
});

test('a Redis that does not answer fails the batch before the deadline; what it did all the same is not doubled', async () => {
  const client = await connect(endpointOf(redis.server));
  const record = sqsRecord(eventBody(registered({ event_id: 'paused' })));
  await publisher.publish(sqsRecord(eventBody(registered())));
  redis.server.primary.pause();
  const outcome = publisher.publish(record);
  try {
    expect(await outcome).toEqual([record.messageId]);
  } finally {
    redis.server.primary.resume();
  }
  expect(await publisher.publish(record)).toEqual([]);
  expect(
    (await client.lrange('model_events', 0, -1)).filter((text) => text.includes('"message_id":"paused"')),
  ).toHaveLength(1);
  client.disconnect();
});

test('after a rotation the publisher reads the secret again and goes on, in the same process', async () => {
  const client = await connect(endpointOf(redis.server));
  await publisher.publish(sqsRecord(eventBody(registered())));
  const [pid] = publisher.function.pids;
  const reads = publisher.secrets.requests;
  await client.config('SET', 'requirepass', 'rotated-token-0123456789');
  await client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  publisher.secrets.set(localSecretArn, secretStringOf('rotated-token-0123456789'));
  try {
    expect(await publisher.publish(sqsRecord(eventBody(registered())))).toEqual([]);
    expect(publisher.function.pids).toEqual([pid]);
    expect(publisher.secrets.requests).toBe(reads + 1);
    expect(publisher.lines.join('\n')).not.toContain('rotated-token');
  } finally {
    await client.config('SET', 'requirepass', redis.server.token);
    publisher.secrets.set(localSecretArn, secretStringOf(redis.server.token));
    client.disconnect();
  }
});

test('a wrong token hands everything back and says where to look', async () => {
  publisher.secrets.set(localSecretArn, secretStringOf('a-wrong-token-000'));
  await publisher.function.kill();
  const record = sqsRecord(eventBody(registered()));
  expect(await publisher.publish(record)).toEqual([record.messageId]);
  const said = JSON.stringify(publisher.logs('an attempt to publish failed'));
  expect(said).toContain('token-refused');
  expect(said).toContain('compare the secret with the token of the replication group');
  expect(said).not.toContain('a-wrong-token');
  publisher.secrets.set(localSecretArn, secretStringOf(redis.server.token));
  expect(await publisher.publish(record)).toEqual([]);
});

test('Secrets Manager that refuses is named, with the secret and what to look at', async () => {
  await publisher.function.kill();
  publisher.secrets.fail('denied');
  const record = sqsRecord(eventBody(registered()));
  expect(await publisher.publish(record)).toEqual([record.messageId]);
  publisher.secrets.fail(undefined);
  const said = JSON.stringify(publisher.logs('an attempt to publish failed'));
  expect(said).toContain(`cannot read the Redis token from ${localSecretArn}`);
  expect(said).toContain('secret-unreadable');
  expect(await publisher.publish(record)).toEqual([]);
});

test('Secrets Manager that never answers is given up and named, while there is time', async () => {
  await publisher.function.kill();
  publisher.secrets.fail('silent');
  const record = sqsRecord(eventBody(registered()));
  expect(await publisher.publish(record)).toEqual([record.messageId]);
  publisher.secrets.fail(undefined);
  expect(JSON.stringify(publisher.logs('an attempt to publish failed'))).toContain('cannot read the Redis token');
  expect(await publisher.publish(record)).toEqual([]);
});

test('a publisher killed with a batch in its hands loses nothing and doubles nothing', async () => {
  const record = sqsRecord(eventBody(registered({ event_id: 'killed' })));
  await publisher.publish(sqsRecord(eventBody(registered())));
  redis.server.primary.pause();
  const outcome = publisher.publish(record).catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve));
  await publisher.function.kill();
  redis.server.primary.resume();
  expect(await outcome).toBeInstanceOf(Error);

  expect(await publisher.publish(record)).toEqual([]);

  const client = await connect(endpointOf(redis.server));
  expect(
    (await client.lrange('model_events', 0, -1)).filter((text) => text.includes('"message_id":"killed"')),
  ).toHaveLength(1);
  client.disconnect();
});

test('a wrong environment ends the function at its start, naming every variable', async () => {
  const environment: Record<string, string> = {
    ...publisherEnvironment(redis.server, publisher.secrets),
    REDIS_PORT: '6379x',
  };
  delete environment['REDIS_HOST'];
  delete environment['MODEL_EVENTS_SUBSCRIPTIONS'];
  await expect(
    startFunction({ name: 'publisher', bundle: publisherBundle, environment, timeoutSeconds: 15 }),
  ).rejects.toThrow(
    /REDIS_HOST is missing; REDIS_PORT must be a whole number from 1 to 65535, got "6379x"; MODEL_EVENTS_SUBSCRIPTIONS is missing/,
  );
});
