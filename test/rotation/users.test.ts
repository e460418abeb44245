/** The rotation of a Redis user's password: ElastiCache and MemoryDB keep two passwords for each user, and Redis itself is not changed. */
import { functionEnv } from '../../contract/function-env';
import { secretStringOf } from '../../dev/local/publisher-environment';
import { userNamed } from '../../dev/local/redis-users';
import { connect } from '../../queue/connection';
import { credentialsIn } from '../../queue/secret-text';
import { endpointOf, useRedis } from '../support/redis';
import { useRotation } from './rotating';

const secretArn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis/local/users/hokusai-site-GhIjKl';

const redis = useRedis();

describe.each([
  ['elasticache', 'ModifyUser'],
  ['memorydb', 'UpdateUser'],
])('with users of %s', (service, change) => {
  const rotation = useRotation(redis, {
    variables: { [functionEnv.userSecretArns]: secretArn, [functionEnv.userService]: service },
  });
  const user = userNamed(redis.users, 'hokusai-site');

  beforeEach(async () => {
    await redis.client.acl('SETUSER', user.username, 'resetpass', `>${user.token}`);
    rotation.secrets.remove(secretArn);
    rotation.secrets.set(secretArn, secretStringOf(user.token, user.username));
  });

  const current = (): string => credentialsIn(rotation.secrets.valueOf(secretArn)).token;
  const isAccepted = (token: string): Promise<boolean> =>
    connect({ ...endpointOf(redis.server), username: user.username, token }).then(
      (client) => {
        client.disconnect();
        return true;
      },
      () => false,
    );

  test('a rotation gives the user a second password, and changes neither the replication group nor an open connection', async () => {
    const consumer = await connect({ ...endpointOf(redis.server), ...user });
    await rotation.rotate(undefined, secretArn);

    expect(current()).not.toBe(user.token);
    expect(await Promise.all([user.token, current()].map(isAccepted))).toEqual([true, true]);
    expect(rotation.elasticache.userChanges).toEqual([[user.username, 2]]);
    expect(rotation.elasticache.changes).toEqual([]);
    expect(await consumer.llen('model_events:site')).toBe(0);
    consumer.disconnect();
    expect(rotation.results()).toContain('setSecret: Redis accepts the token');
    for (const token of [user.token, current()]) expect(rotation.lines.join('\n')).not.toContain(token);
  });

  test('the second rotation ends the password from before the first, and keeps the name of the user', async () => {
    await rotation.rotate(undefined, secretArn);
    const second = current();
    await rotation.rotate(undefined, secretArn);
    expect(await Promise.all([user.token, second, current()].map(isAccepted))).toEqual([false, true, true]);
    expect(credentialsIn(rotation.secrets.valueOf(secretArn)).username).toBe(user.username);
  });

  test('repeated steps change the user once, and an abandoned rotation does not end the password in use', async () => {
    const version = rotation.secrets.beginRotation(secretArn);
    for (const step of ['createSecret', 'setSecret', 'setSecret', 'testSecret'] as const)
      await rotation.step(step, version, secretArn);
    expect(rotation.elasticache.userChanges).toHaveLength(1);
    expect(await isAccepted(user.token)).toBe(true);
    await rotation.step('finishSecret', version, secretArn);
    expect(await isAccepted(current())).toBe(true);
  });

  test('a refusal of the service is reported without the passwords that it quotes, and the password in use works', async () => {
    const version = rotation.secrets.beginRotation(secretArn);
    await rotation.step('createSecret', version, secretArn);
    const pending = credentialsIn(rotation.secrets.valueOf(secretArn, 'AWSPENDING')).token;
    rotation.elasticache.refuse(`Passwords ${user.token} and ${pending} are not valid`);
    const error = await rotation.step('setSecret', version, secretArn).catch((reason: unknown) => String(reason));
    expect(error).toMatch(
      new RegExp(`${change} of local-hokusai-site failed: \\S+ Passwords <password> and <password> are not valid`),
    );
    expect(await isAccepted(user.token)).toBe(true);
  });

  test('a password that Redis refuses already is reported, and nothing is changed', async () => {
    rotation.secrets.set(secretArn, secretStringOf('another-password-0123456789', user.username));
    await expect(rotation.rotate(undefined, secretArn)).rejects.toThrow(/Redis refuses the token in use/);
    expect(rotation.elasticache.userChanges).toEqual([]);
    expect(await isAccepted(user.token)).toBe(true);
  });
});
