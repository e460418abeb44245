/** An imported Redis with `auth: "iam"`: its users and its cache are configured, and nothing of a secret. */
import { type Written, development, onlyProblem, readWritten, set } from './configuration-file';

const users = [
  { name: 'publisher', userId: 'events-publisher' },
  { name: 'operator', userId: 'events-operator' },
  { name: 'hokusai-token', userId: 'token' },
  { name: 'hokusai-site', userId: 'site' },
];
const cacheArn = 'arn:aws:elasticache:us-east-1:123456789012:serverlesscache:events';

/** development.json with IAM, then changed. */
const iam =
  (change: Written = {}) =>
  (written: Record<string, Written>): void => {
    const { authSecretArn: _, ...redis } = written['redis'] ?? {};
    written['redis'] = { ...redis, kmsKeyArn: undefined, auth: 'iam', users, ...change };
  };

test('it needs no secret; users and a cache of their own kind are read', () => {
  expect(readWritten(development(iam({ cacheArn }))).redis).toMatchObject({ auth: 'iam', users, cacheArn });
});

test('a secret is refused, and what to do', () => {
  const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis-x7Kq2p';
  expect(onlyProblem(iam({ authSecretArn: arn }))).toMatchObject({
    path: 'redis.authSecretArn',
    remedy: 'Remove it: with IAM no secret is read.',
  });
});

test('each missing user is named, as it is to be written', () => {
  expect(onlyProblem(iam({ users: users.slice(0, 3) }))).toMatchObject({
    path: 'redis.users',
    remedy: expect.stringMatching(
      /^Add \{ "name": "hokusai-site", "userId": "…" \}: users of ElastiCache or MemoryDB/,
    ) as string,
  });
});

test.each([
  ['another region', cacheArn.replace('us-east-1', 'eu-west-1')],
  ['a user', 'arn:aws:elasticache:us-east-1:123456789012:user:events'],
])('the ARN of %s is refused as that of the cache', (_, arn) => {
  expect(onlyProblem(iam({ cacheArn: arn })).path).toBe('redis.cacheArn');
});

test('without IAM, users and a cache are refused, and a secret is required', () => {
  expect(onlyProblem(set('redis', 'users', users)).path).toBe('redis.users');
  expect(onlyProblem(set('redis', 'cacheArn', cacheArn)).path).toBe('redis.cacheArn');
  expect(onlyProblem(set('redis', 'authSecretArn', undefined))).toMatchObject({
    path: 'redis.authSecretArn',
    rule: 'the complete ARN of the secret with the token, unless redis.auth is "iam"',
  });
});
