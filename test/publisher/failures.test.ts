import { localSecretArn, publisherEnvironment, secretStringOf } from '../../dev/local/publisher-environment';
import { startFunction } from '../../dev/emulators/function-process';
import { publisherBundle } from '../../dev/local/pipeline';
import { connect } from '../../queue/connection';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();
const publisher = usePublisher(redis);

afterEach(() => {
  expect(publisher.lines.join('\n')).not.toContain(redis.server.token);
});

test('while Redis is down the unwritten records are returned before the deadline, and a later delivery queues them once', async () => {
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

test('a hanging Redis fails the batch before the deadline; records that it wrote nevertheless are queued once', async () => {
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

test('after a rotation the publisher reads the secret again and publishes in the same process', async () => {
  const client = await connect(endpointOf(redis.server));
  await publisher.publish(sqsRecord(eventBody(registered())));
  const [pid] = publisher.function.pids;
  const reads = publisher.secrets.requests;
  const { username = '', token } = publisher.credentials;
  await client.acl('SETUSER', username, 'resetpass', '>rotated-token-0123456789');
  await client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  publisher.secrets.set(localSecretArn, secretStringOf('rotated-token-0123456789', username));
  try {
    expect(await publisher.publish(sqsRecord(eventBody(registered())))).toEqual([]);
    expect(publisher.function.pids).toEqual([pid]);
    expect(publisher.secrets.requests).toBe(reads + 1);
    expect(publisher.lines.join('\n')).not.toContain('rotated-token');
  } finally {
    await client.acl('SETUSER', username, 'resetpass', `>${token}`);
    publisher.secrets.set(localSecretArn, secretStringOf(token, username));
    client.disconnect();
  }
});

test('a wrong token returns every record and the log names the secret and the replication group to compare', async () => {
  const { username, token } = publisher.credentials;
  publisher.secrets.set(localSecretArn, secretStringOf('a-wrong-token-000', username));
  await publisher.function.kill();
  const record = sqsRecord(eventBody(registered()));
  expect(await publisher.publish(record)).toEqual([record.messageId]);
  const warnings = JSON.stringify(publisher.logs('an attempt to publish failed'));
  expect(warnings).toContain('token-refused');
  expect(warnings).toContain('compare the secret with the token of the replication group');
  expect(warnings).not.toContain('a-wrong-token');
  publisher.secrets.set(localSecretArn, secretStringOf(token, username));
  expect(await publisher.publish(record)).toEqual([]);
});

test('an error of Secrets Manager is logged with the secret and the fault', async () => {
  await publisher.function.kill();
  publisher.secrets.fail('denied');
  const record = sqsRecord(eventBody(registered()));
  expect(await publisher.publish(record)).toEqual([record.messageId]);
  publisher.secrets.fail(undefined);
  const warnings = JSON.stringify(publisher.logs('an attempt to publish failed'));
  expect(warnings).toContain(`cannot read the Redis token from ${localSecretArn}`);
  expect(warnings).toContain('secret-unreadable');
  expect(await publisher.publish(record)).toEqual([]);
});

test('a hanging Secrets Manager is logged, and the records are returned before the deadline', async () => {
  await publisher.function.kill();
  publisher.secrets.fail('silent');
  const record = sqsRecord(eventBody(registered()));
  expect(await publisher.publish(record)).toEqual([record.messageId]);
  publisher.secrets.fail(undefined);
  expect(JSON.stringify(publisher.logs('an attempt to publish failed'))).toContain('cannot read the Redis token');
  expect(await publisher.publish(record)).toEqual([]);
});

test('a publisher killed during a batch loses and duplicates no message', async () => {
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

test('an invalid environment ends the function at its start and names every variable', async () => {
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
