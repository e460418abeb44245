/** What doctor says about a replication group that authenticates in another way than the configuration has. */
import { authProblems } from '../../cli/doctor/replication-group';
import type { RedisSettings } from '../../config/environment';
import { readEnvironment } from '../../config/read-environment';

const [imported, created] = ['development', 'production'].map((name) => readEnvironment(name).redis);
const withToken = { ...created, auth: 'token' } as RedisSettings;
const group = { token: { AuthTokenEnabled: true }, users: { UserGroupIds: ['g'] }, neither: {} };
const found = (redis: RedisSettings | undefined, has: keyof typeof group) =>
  authProblems({ ReplicationGroupId: 'events', ...group[has] }, redis as RedisSettings).map(
    ({ result, found: text, remedy }) => `${result}: ${text}. ${remedy ?? ''}`,
  );

test('users where users are configured, and a token where one is, are no problem', () => {
  expect([...found(created, 'users'), ...found(withToken, 'token'), ...found(imported, 'token')]).toEqual([]);
});

test('a group from before users were the default is a failure with the setting that keeps its token', () => {
  expect(found(created, 'token')).toEqual([
    'fail: events has an auth token, the configuration has redis.auth "users": a deployment would replace events, and fails. Set redis.auth to "token".',
  ]);
});

test('a group with users, where a token is configured, is a failure too', () => {
  expect(found(withToken, 'users')).toEqual([
    expect.stringMatching(/^fail: events has users, .* Remove redis\.auth\.$/),
  ]);
});

test('a group without authentication is a failure, with the command that adds it', () => {
  expect(found(created, 'neither')).toEqual([expect.stringMatching(/^fail: events has no user group\. /)]);
  for (const redis of [withToken, imported])
    expect(found(redis, 'neither')).toEqual([expect.stringMatching(/^fail: events requires no auth token\. .*ROTATE/)]);
});
