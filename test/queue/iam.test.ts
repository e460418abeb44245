/** IAM authentication, before a gate that verifies tokens as AWS does, and a real Redis. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { iamToken, type IamTokenSettings } from '../../clients/node/iam-token';
import { RedisError } from '../../queue/errors';
import { RedisSession, type TokenSource } from '../../queue/session';
import { IamGate, testCacheArn, testCredentials } from '../support/iam-gate';
import { type KnownCredentials, tokenFault } from '../support/iam-token-check';
import { iamCacheIn } from '../../contract/iam-cache';
import { message } from '../support/events';
import { useConsumers, reported } from '../support/consumers';
import { setVariables } from '../support/variables';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const username = 'local-hokusai-token';
const hourMs = 3_600_000;
let gate: IamGate;
const sessions: RedisSession[] = [];

beforeAll(async () => {
  const passwords = new Map([...redis.users.values()].map((user) => [user.username, user.token]));
  gate = await IamGate.start({ redis: redis.server, passwords });
});
beforeEach(() => {
  gate.authentications.length = 0;
  gate.opened = 0;
  gate.clockAheadMs = 0;
  gate.known = [testCredentials];
});
afterEach(() => {
  for (const session of sessions.splice(0)) session.close();
  jest.restoreAllMocks();
});
afterAll(() => gate.stop());

const settings = (change: Partial<IamTokenSettings> = {}): IamTokenSettings => ({
  cacheArn: testCacheArn,
  username,
  credentials: () => Promise.resolve(testCredentials),
  ...change,
});
const endpoint = (token: TokenSource) => ({ ...endpointOf(redis.server), port: gate.port, token });
const sessionWith = (change: Partial<IamTokenSettings> = {}): RedisSession => {
  const session = new RedisSession(endpoint(iamToken(settings(change))));
  sessions.push(session);
  return session;
};
const ping = (session: RedisSession): Promise<string> => session.use('ping', (client) => client.ping());
const failureOf = async (session: RedisSession): Promise<RedisError> => {
  const failure: unknown = await ping(session).catch((error: unknown) => error);
  if (failure instanceof RedisError) return failure;
  throw new Error(`expected a RedisError, got ${String(failure)}`);
};

describe('a token', () => {
  const tokenOf = async (cacheArn: string, credentials: KnownCredentials = testCredentials): Promise<string> => {
    const login = await iamToken(settings({ cacheArn, credentials: () => Promise.resolve(credentials) }))(false);
    return typeof login === 'string' ? login : login.token;
  };

  test.each([
    ['a replication group', testCacheArn],
    ['a Serverless cache', 'arn:aws:elasticache:eu-central-1:123456789012:serverlesscache:hokusai-redis'],
    ['a cluster of MemoryDB', 'arn:aws-cn:memorydb:cn-north-1:123456789012:cluster/hokusai-redis'],
  ])('for %s has the signature that AWS expects', async (_, arn) => {
    const expected = { cache: iamCacheIn(arn), username, known: [testCredentials], nowMs: Date.now() };
    const token = await tokenOf(arn);
    expect(tokenFault(token, expected)).toBeUndefined();
    expect(tokenFault(token, { ...expected, nowMs: Date.now() + 901_000 })).toBe('it has expired');
    expect(tokenFault(token.replace('Action=connect', 'Action=Connect'), expected)).toBe('its action is Connect');
    expect(tokenFault(token.slice(0, -1), expected)).toBe('wrong signature');
  });

  test('of a user without a session has no session token', async () => {
    const user = { accessKeyId: 'AKIATESTKEYOFTHEUSER', secretAccessKey: 'secret' };
    const expected = { cache: iamCacheIn(testCacheArn), username, known: [user], nowMs: Date.now() };
    expect(tokenFault(await tokenOf(testCacheArn, user), expected)).toBeUndefined();
  });

  test.each(['hokusai-redis', 'arn:aws:elasticache:us-east-1:123456789012:user:publisher', `${testCacheArn}/x`])(
    'is not made for %s',
    (cacheArn) => {
      expect(() => iamToken(settings({ cacheArn }))).toThrow(
        `the cache must be the ARN of a replication group, a Serverless cache or a MemoryDB cluster, as in arn:aws:elasticache:us-east-1:123456789012:replicationgroup:hokusai-redis; got "${cacheArn}"`,
      );
    },
  );
});

test('a consumer works with IAM credentials, with a token for each connection', async () => {
  const tokens = new Set<string>();
  const source = iamToken(settings());
  const consumer = consumers.start({
    redis: endpoint(async (fresh) => {
      const login = await source(fresh);
      if (typeof login !== 'string') tokens.add(login.token);
      return login;
    }),
    handler: () => undefined,
  });
  const acknowledged = reported(consumer, 'acknowledged', 2);
  await redis.client.lpush('model_events', message('m-1'), message('m-2'));
  await acknowledged;
  expect(gate.authentications).toHaveLength(gate.opened);
  expect(new Set(gate.authentications.map(({ fault }) => fault))).toEqual(new Set([undefined]));
});

test('a connection authenticates again before AWS closes it, among the commands that are in flight', async () => {
  const session = sessionWith();
  await ping(session);
  const started = Date.now();
  for (const hours of [11, 22, 33]) {
    gate.age(11 * hourMs);
    jest.spyOn(Date, 'now').mockReturnValue(started + hours * hourMs + 60_000);
    const counted = Array.from({ length: 50 }, () => session.use('count', (client) => client.llen('model_events')));
    expect(await Promise.all(counted)).toEqual(Array(50).fill(0));
  }
  expect(gate.opened).toBe(1);
  expect(gate.authentications).toEqual(Array(4).fill({ username, fault: undefined }));
});

test('a connection whose renewal fails works on, and tries again a minute later', async () => {
  let available = true;
  const session = sessionWith({
    credentials: () =>
      available ? Promise.resolve(testCredentials) : Promise.reject(new Error('the endpoint is away')),
  });
  await ping(session);
  const started = Date.now();
  const now = jest.spyOn(Date, 'now').mockReturnValue(started + 11 * hourMs + 1000);
  available = false;
  expect(await ping(session)).toBe('PONG');
  available = true;
  expect(await ping(session)).toBe('PONG');
  expect(gate.authentications).toHaveLength(1);
  now.mockReturnValue(started + 11 * hourMs + 62_000);
  expect(await ping(session)).toBe('PONG');
  expect(gate.authentications).toHaveLength(2);
  expect(gate.opened).toBe(1);
});

test('a connection that AWS has closed is replaced, with a new token', async () => {
  const session = sessionWith();
  await ping(session);
  gate.age(12 * hourMs);
  await ping(session).catch(() => undefined);
  expect(await ping(session)).toBe('PONG');
  expect(gate.opened).toBe(2);
});

describe('is refused with an error of IAM, without the token and the secret key:', () => {
  const refused: readonly (readonly [string, Partial<IamTokenSettings>, () => void, RegExp])[] = [
    [
      'a wrong secret key',
      { credentials: () => Promise.resolve({ ...testCredentials, secretAccessKey: 'wrong' }) },
      () => undefined,
      /^wrong signature$/,
    ],
    ['an expired token', {}, () => (gate.clockAheadMs = 16 * 60_000), /^it has expired$/],
    ['a key that AWS does not know', {}, () => (gate.known = []), /^unknown access key/],
    [
      'another session',
      { credentials: () => Promise.resolve({ ...testCredentials, sessionToken: 'another' }) },
      () => undefined,
      /^wrong session token$/,
    ],
    [
      'a token for another cache',
      { cacheArn: testCacheArn.replace(/test$/, 'other') },
      () => undefined,
      /^it is for the cache hokusai-redis-other$/,
    ],
    [
      'a token of another region',
      { cacheArn: testCacheArn.replace('us-east-1', 'eu-west-1') },
      () => undefined,
      /^its scope is/,
    ],
  ];
  test.each(refused)('%s', async (_, change, prepare, reason) => {
    prepare();
    const failure = await failureOf(sessionWith(change));
    expect(gate.authentications.map(({ fault }) => fault)).toEqual([expect.stringMatching(reason)]);
    expect(failure).toMatchObject({ fault: 'iam-refused', reaction: 'reauthenticate' });
    expect(failure.message).toMatch(
      /^connect at Redis .* failed: IAM token refused: WRONGPASS .*role may do Connect on the cache/,
    );
    expect(failure.message).not.toMatch(/X-Amz|secret of|session token|auth token/);
  });

  test("another user's token", async () => {
    const source = iamToken(settings());
    const session = new RedisSession(
      endpoint(async (fresh) => {
        const login = await source(fresh);
        return typeof login === 'string' ? login : { ...login, username: 'local-hokusai-site' };
      }),
    );
    sessions.push(session);
    expect(await failureOf(session)).toMatchObject({ fault: 'iam-refused' });
    expect(gate.authentications).toEqual([{ username: 'local-hokusai-site', fault: `it is for the user ${username}` }]);
  });
});

test('without credentials the error names the user, the cache and where credentials come from', async () => {
  const failure = await failureOf(
    sessionWith({ credentials: () => Promise.reject(new Error('no credentials found')) }),
  );
  expect(failure.fault).toBe('aws-credentials');
  expect(failure.message).toMatch(
    /cannot sign the IAM token of local-hokusai-token for hokusai-redis-test: Error: no credentials found \(check the role of the function or task/,
  );
});

describe('with the credentials of an ECS task', () => {
  const before = { ...process.env };
  let current: KnownCredentials = testCredentials;
  const rotated = { accessKeyId: 'ASIAROTATEDKEYOFROLE', secretAccessKey: 'another', sessionToken: 'next' };
  const taskEndpoint = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        AccessKeyId: current.accessKeyId,
        SecretAccessKey: current.secretAccessKey,
        Token: current.sessionToken,
        Expiration: new Date(Date.now() + 6 * hourMs).toISOString(),
      }),
    );
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => taskEndpoint.listen(0, '127.0.0.1', resolve));
    setVariables({
      ...Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith('AWS_'))),
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${(taskEndpoint.address() as AddressInfo).port}/`,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    });
  });
  afterAll(async () => {
    setVariables(before);
    await new Promise((resolve) => taskEndpoint.close(resolve));
  });

  test('the default provider signs, and credentials that AWS no longer accepts are read again', async () => {
    const session = new RedisSession(endpoint(iamToken({ cacheArn: testCacheArn, username })));
    sessions.push(session);
    expect(await ping(session)).toBe('PONG');
    session.reset();
    current = rotated;
    gate.known = [rotated];
    expect((await failureOf(session)).fault).toBe('iam-refused');
    expect(await ping(session)).toBe('PONG');
  });
});
