/** The users of a created Redis, on a real one: each can do its work, and nothing else. */
import type { Redis } from 'ioredis';
import { consumerScripts, redisUsers } from '../../contract/redis-users';
import { DeadLetterError, SnoozeError } from '../../clients/node/index';
import { connect } from '../../queue/connection';
import { keysOfSlot } from '../../queue/keys';
import { maintain } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { publish } from '../../queue/publish';
import { scripts } from '../../queue/scripts';
import { writeProbe } from '../../queue/write-probe';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { userNamed } from '../../dev/local/redis-users';
import { restrictedCommands } from '../../dev/local/restricted-commands';
import { reported, useConsumers } from '../support/consumers';
import { message } from '../support/events';
import { endpointOf, useRedis } from '../support/redis';
import { calledScripts, prepareQueue, scriptCalls } from './script-calls';

const redis = useRedis();
const token = new ModelQueue('model_events');
const site = new ModelQueue('model_events:site');
const names = redisUsers(localSubscriptions).map(({ name }) => name);
const consumers = useConsumers(redis);
const clients = new Map<string, Redis>();
const as = (name: string): Redis => {
  const client = clients.get(name);
  if (client === undefined) throw new Error(`there is no user ${name}`);
  return client;
};

beforeAll(async () => {
  for (const [name, user] of redis.users) clients.set(name, await connect({ ...endpointOf(redis.server), ...user }));
});
afterAll(() => clients.forEach((client) => client.disconnect()));

const refused =
  /^NOPERM |^ERR ACL failure in script: |^ERR The user executing the script can't |\(the Redis user may not run/;

test('there is one user for the publisher, one for operators, and one for each subscription', () => {
  expect(names).toEqual(['publisher', 'operator', 'hokusai-token', 'hokusai-site']);
});

test('no user of a Redis without WAIT has a command that ElastiCache Serverless or MemoryDB do not have', () => {
  for (const { accessString } of redisUsers(localSubscriptions, { waits: false })) {
    const commands = accessString.split(' ').flatMap((rule) => (rule.startsWith('+') ? [rule.slice(1)] : []));
    const [restricted] = commands.filter((command) =>
      restrictedCommands.some((refusal) => command === refusal || command.startsWith(`${refusal}|`)),
    );
    expect(restricted).toBeUndefined();
    expect(commands.length).toBeGreaterThan(5);
  }
});

describe.each(names)('%s', (name) => {
  test.each<{ command: readonly [string, ...string[]] }>([
    { command: ['flushall'] },
    { command: ['flushdb'] },
    { command: ['config', 'get', 'requirepass'] },
    { command: ['config', 'set', 'maxmemory-policy', 'allkeys-lru'] },
    { command: ['acl', 'list'] },
    { command: ['acl', 'setuser', 'thief', 'on', 'nopass', '+@all', '~*'] },
    { command: ['keys', '*'] },
    { command: ['scan', '0'] },
    { command: ['script', 'flush'] },
    { command: ['client', 'list'] },
    { command: ['client', 'kill', 'type', 'normal'] },
    { command: ['replicaof', 'no', 'one'] },
    { command: ['shutdown', 'nosave'] },
    { command: ['monitor'] },
    { command: ['subscribe', 'any'] },
    { command: ['publish', 'any', 'text'] },
    { command: ['function', 'flush'] },
    { command: ['save'] },
    { command: ['get', 'another-application'] },
    { command: ['set', 'another-application', 'x'] },
    { command: ['eval', "return redis.call('FLUSHALL')", '0'] },
    { command: ['eval', "return redis.call('GET', KEYS[1])", '1', 'another-application'] },
    { command: ['eval', "return redis.call('GET', 'another-application')", '0'] },
  ])('may not run $command', async ({ command: [command, ...args] }) => {
    await expect(as(name).call(command, ...args)).rejects.toThrow(refused);
  });
});

describe.each([
  ['hokusai-token', token, site],
  ['hokusai-site', site, token],
])('the consumer %s', (name, own, other) => {
  test('may neither read nor change the queue of another service', async () => {
    await redis.client.lpush(other.keys.main, message('theirs'));
    const { main, processing, deadLetters } = other.keys;
    for (const [command, ...args] of [
      ['llen', main],
      ['rpoplpush', main, own.keys.processing],
      ['blmove', main, main, 'RIGHT', 'RIGHT', '0.1'],
      ['lrem', processing, '1', 'x'],
      ['eval', "return redis.call('LPUSH', KEYS[1], 'x')", '1', deadLetters],
    ] as const)
      await expect(as(name).call(command, ...args)).rejects.toThrow(refused);
    const claim = { nonce: 'n1', consumer: 'thief', count: 1, starting: 1, leaseMs: 60_000 };
    await expect(other.claim(as(name), claim)).rejects.toThrow(refused);
    expect(await redis.client.llen(main)).toBe(1);
  });

  test('may not publish, nor run the scripts of the monitor and of operators', async () => {
    const keys = ['model_events:dlq', 'model_events:smoke', own.name, 'model_events:seen:1'];
    await expect(scripts.publish.run(as(name), keys, [1, 60, 60])).rejects.toThrow(refused);
    await expect(maintain(as(name), own, { maxRetries: 3, plainLeaseSeconds: 900 })).rejects.toThrow(refused);
    await expect(own.inspect(as(name))).rejects.toThrow(refused);
    await expect(writeProbe(as(name))).rejects.toThrow(refused);
    await expect(as(name).call('srem', keysOfSlot('model_events').queues, own.name)).rejects.toThrow(refused);
    const { operator, deadLetters, examined } = own.keys;
    await expect(scripts.operate.run(as(name), [operator, deadLetters, examined], [])).rejects.toThrow(refused);
  });

  test('handles, retries, snoozes and dead-letters messages of its own queue', async () => {
    const { username, token: password } = userNamed(redis.users, name);
    const consumer = consumers.start({
      redis: { ...endpointOf(redis.server), username, token: password },
      queue: own.name,
      maxRetries: 0,
      handler: ({ message_id: id }, { attempt }) => {
        if (id === 'fails') throw new Error('the chain did not answer');
        if (id === 'is refused') throw new DeadLetterError('the symbol is taken');
        if (id === 'is snoozed' && snoozed++ === 0) throw new SnoozeError(0);
        return attempt;
      },
    });
    let snoozed = 0;
    const warnings: string[] = [];
    consumer.on('warning', (error) => warnings.push(error.message));
    const done = reported(consumer, 'acknowledged', 2);
    const dead = reported(consumer, 'dead-lettered', 2);
    await redis.client.lpush(own.keys.main, ...['works', 'is snoozed', 'fails', 'is refused'].map((id) => message(id)));
    await Promise.all([done, dead]);
    expect(warnings).toEqual([]);
    expect(await redis.client.llen(own.keys.deadLetters)).toBe(2);
  });

  test('reads the recorded queues, for the warning about a queue without a subscription, and may not change them', async () => {
    const { queues } = keysOfSlot('model_events');
    await redis.client.sadd(queues, own.name, other.name);
    const { username, token: password } = userNamed(redis.users, name);
    const unknown = consumers.start({
      redis: { ...endpointOf(redis.server), username, token: password },
      queue: 'model_events:typo',
      handler: () => undefined,
    });
    const warning = await new Promise<string>((resolve) =>
      unknown.on('warning', ({ message: text }) => {
        if (text.startsWith('no subscription uses')) resolve(text);
      }),
    );
    expect(warning).toContain(`The known queues are model_events, model_events:site`);
    await expect(as(name).call('srem', queues, own.name)).rejects.toThrow(refused);
    await expect(as(name).call('eval', "return redis.call('LREM', KEYS[1], 0, '')", '1', queues)).rejects.toThrow(
      refused,
    );
  });

  test('a plain consumer works as this user too', async () => {
    await redis.client.lpush(own.keys.main, message('plain'));
    const { main, processing } = own.keys;
    const text = await as(name).blmove(main, processing, 'RIGHT', 'LEFT', 1);
    expect(await as(name).lrem(processing, 1, text ?? '')).toBe(1);
  });
});

test('the consumer of model_events may run the scripts of a consumer', async () => {
  const calls = scriptCalls(await prepareQueue(redis.client));
  for (const script of consumerScripts)
    await scripts[script].runBytes(as('hokusai-token'), calls[script].keys, calls[script].args);
});

test('the operator may run every script on every queue', async () => {
  for (const script of calledScripts) {
    const calls = scriptCalls(await prepareQueue(redis.client));
    await scripts[script].runBytes(as('operator'), calls[script].keys, calls[script].args);
  }
  await maintain(as('operator'), site, { maxRetries: 3, plainLeaseSeconds: 900 });
});

test('the publisher publishes to every queue, and may neither read nor remove messages', async () => {
  const queues = localSubscriptions.map(({ queue }) => queue);
  const text = message('m-1');
  const records = [
    { kind: 'message', messageId: 'e-1', digest: 'd', text },
    { kind: 'smoke', messageId: 'e-2', text },
    { kind: 'dead-letter', sqsMessageId: 's-1', head: '{"failed_at":"', tail: '"}' },
  ] as const;
  const options = { queues, seenSeconds: 60, minReplicaAcks: 1, replicaWaitMs: () => 0 };
  const { results } = await publish(as('publisher'), records, options);
  expect(results).toEqual(['published', 'published', 'published']);
  for (const [command, ...args] of [
    ['lrange', 'model_events', '0', '-1'],
    ['rpop', 'model_events'],
    ['lrem', 'model_events', '1', text],
    ['del', 'model_events'],
    ['llen', 'model_events:processing'],
    ['hget', 'model_events:claims', 'x'],
  ] as const)
    await expect(as('publisher').call(command, ...args)).rejects.toThrow(refused);
  expect(await redis.client.llen('model_events:site')).toBe(1);
});
