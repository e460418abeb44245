import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { UnreadableMessageError } from '../../contract/message';
import { connect } from '../../queue/connection';
import { DeadLetterError, type FaultName, type Reaction, reactionTo, RedisError } from '../../queue/errors';
import { publish } from '../../queue/publish';
import { RedisSession } from '../../queue/session';
import { messageRecord, publishOptions } from '../support/publishing';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();
let session: RedisSession;
beforeEach(() => {
  session = new RedisSession(endpointOf(redis.server));
});
afterEach(() => session.close());

const write = () => session.use('publish', (client) => publish(client, [messageRecord('a')], publishOptions));
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof RedisError ? [error.fault, error.reaction, error.reconnect] : error),
  );

describe('errors of a real Redis are classified', () => {
  test('a node that became a replica is read-only: retry on a new connection', async () => {
    await write();
    await redis.client.replicaof('127.0.0.1', 1);
    try {
      expect(await faultOf(write())).toEqual(['read-only', 'retry', true]);
    } finally {
      await redis.client.replicaof('NO', 'ONE');
    }
    await expect(write()).resolves.toMatchObject({ results: ['duplicate'] });
  });

  test('a replica without its primary is loading: retry on a new connection', async () => {
    await redis.client.config('SET', 'replica-serve-stale-data', 'no');
    await redis.client.replicaof('127.0.0.1', 1);
    try {
      expect(await faultOf(session.use('look', (client) => client.llen('model_events')))).toEqual([
        'loading',
        'retry',
        true,
      ]);
    } finally {
      await redis.client.replicaof('NO', 'ONE');
    }
  });

  test('a blocked command that a role change ended is loading: retry on a new connection', async () => {
    const blocked = faultOf(session.use('wait', (client) => client.blmove('a', 'b', 'RIGHT', 'LEFT', 4)));
    while (!/ cmd=blmove /.test(String(await redis.client.client('LIST')))) await redis.client.ping();
    await redis.client.replicaof('127.0.0.1', 1);
    try {
      expect(await blocked).toEqual(['loading', 'retry', true]);
    } finally {
      await redis.client.replicaof('NO', 'ONE');
    }
  });

  test.each<[string, string, string, FaultName]>([
    ['a full Redis', 'maxmemory', '1', 'out-of-memory'],
    ['a primary without its replicas', 'min-replicas-to-write', '1', 'writes-refused'],
  ])('%s keeps the connection and is retried', async (_, setting, value, fault) => {
    await redis.client.config('SET', setting, value);
    try {
      expect(await faultOf(write())).toEqual([fault, 'retry', false]);
    } finally {
      await redis.client.config('SET', setting, '0');
    }
  });

  test('a Redis that runs a long script is busy: retry on the same connection', async () => {
    await redis.client.config('SET', 'busy-reply-threshold', '1');
    const endless = await connect(endpointOf(redis.server));
    await session.use('greet', (client) => client.ping());
    const running = faultOf(endless.eval('while true do end', 0));
    try {
      let fault;
      do fault = await faultOf(session.use('look', (client) => client.llen('model_events')));
      while (fault === 'none');
      expect(fault).toEqual(['busy', 'retry', false]);
    } finally {
      await redis.client.script('KILL');
    }
    expect(await running).toMatchObject({ message: expect.stringContaining('killed') as string });
    endless.disconnect();
  });

  test('a Redis with too many clients is busy', async () => {
    await redis.client.config('SET', 'maxclients', '1');
    try {
      expect(await faultOf(write())).toEqual([
        expect.stringMatching(/^(?:busy|connection-lost)$/),
        'retry',
        expect.anything(),
      ]);
    } finally {
      await redis.client.config('SET', 'maxclients', '10000');
    }
  });

  test('missing permissions and missing authentication read the secret again', async () => {
    await redis.client.acl('SETUSER', 'default', '-@write');
    try {
      expect(await faultOf(session.use('write', (client) => client.lpush('a', 'b')))).toEqual([
        'not-permitted',
        'reauthenticate',
        true,
      ]);
    } finally {
      await redis.client.acl('SETUSER', 'default', '+@all');
    }
    const { host, port, ca } = endpointOf(redis.server);
    const unauthenticated = new Redis({ host, port, tls: { ca }, lazyConnect: true, enableReadyCheck: false });
    await unauthenticated.connect();
    const refused = await unauthenticated.ping().catch((error: unknown) => new RedisError('greet', 'x:1', error));
    expect(refused).toMatchObject({ fault: 'token-refused', reaction: 'reauthenticate' });
    unauthenticated.disconnect();
  });

  test('a key of another type is wrong-type: retry on the same connection', async () => {
    await redis.client.set('model_events', 'x');
    expect(await faultOf(write())).toEqual(['wrong-type', 'retry', false]);
  });
});

const cases = readFileSync(join(__dirname, '../../contract/cases/redis-errors.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly server: string; readonly reply: string; readonly fault: FaultName });

test.each(cases)('$server: the error code decides that "$reply" is $fault', ({ reply, fault }) => {
  const error = new RedisError('publish', 'redis.example:6379', new Error(reply));
  expect(error.fault).toBe(fault);
  expect(error.message).toMatch(/^publish at Redis redis\.example:6379 failed: /);
});

describe('errors that a test cannot provoke are classified by their text', () => {
  test.each<[string, FaultName, Reaction]>([
    ['WRONGPASS invalid username-password pair', 'token-refused', 'reauthenticate'],
    ['NOPERM No permissions to access a key', 'not-permitted', 'reauthenticate'],
    ['read ECONNRESET', 'connection-lost', 'retry'],
    ['read ETIMEDOUT', 'connection-lost', 'retry'],
    ['connect EHOSTUNREACH 10.0.0.1:6379', 'connect-timeout', 'retry'],
    ['getaddrinfo EAI_AGAIN redis.example', 'name-not-resolved', 'retry'],
    ['getaddrinfo EAI_FAIL redis.example', 'name-not-resolved', 'retry'],
    ['cannot read the Redis token from Secrets Manager: AccessDenied', 'secret-unreadable', 'retry'],
    ['ERR an unknown failure', 'unknown', 'retry'],
    ['the handler’s socket ended: SSL certificate aborted', 'unknown', 'retry'],
  ])('%s is %s with the reaction %s', (reported, fault, reaction) => {
    expect(new RedisError('publish', 'redis.example:6379', new Error(reported))).toMatchObject({ fault, reaction });
  });
});

test('a handler’s error is retried unless it is a DeadLetterError; unknown errors are retried', () => {
  expect(reactionTo(new DeadLetterError('no such token'))).toBe('refuse');
  expect(reactionTo(new UnreadableMessageError('no JSON'))).toBe('refuse');
  for (const surprise of [new Error('x'), new TypeError('x'), 'text', null, undefined, { code: 7 }]) {
    expect(reactionTo(surprise)).toBe('retry');
  }
});

test('an error keeps the reply of Redis and omits the command, whose arguments can be secrets', () => {
  const reported = Object.assign(new Error('WRONGPASS no'), { command: { name: 'auth', args: ['hunter2'] } });
  const error = new RedisError('connect', 'x:1', reported);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hunter2');
  expect(error.cause).toBeUndefined();
});
