import { functionEnv } from '../../contract/function-env';
import { startFunction } from '../../dev/emulators/function-process';
import { localSecretArn, secretStringOf } from '../../dev/local/publisher-environment';
import type { RotationRequest } from '../../dev/emulators/secrets-manager';
import { useRedis } from '../support/redis';
import { rotationBundle, useRotation } from './rotating';

const redis = useRedis();
const rotation = useRotation(redis, { timeoutSeconds: 3 });

afterEach(() => {
  expect(rotation.lines.join('\n')).not.toContain(redis.server.token);
});

test('an unknown step is refused with the known ones', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  await expect(rotation.step('revokeSecret' as RotationRequest['Step'], version)).rejects.toThrow(
    'there is no rotation step "revokeSecret": createSecret, setSecret, testSecret, finishSecret',
  );
});

test('a secret without rotation is refused with the fix', async () => {
  await expect(rotation.step('createSecret', 'b7a2b9d1-0000-4000-8000-000000000000')).rejects.toThrow(
    `rotation is not enabled for ${localSecretArn}: start it with`,
  );
});

test('a version without a started rotation is refused', async () => {
  rotation.secrets.beginRotation(localSecretArn);
  await expect(rotation.step('createSecret', 'b7a2b9d1-0000-4000-8000-000000000000')).rejects.toThrow(
    /version "b7a2b9d1-.*" of arn:.* does not exist: steps are called by a rotation, not by hand/,
  );
});

test('a version that is not pending is refused with its labels', async () => {
  await rotation.rotate();
  const previous = rotation.secrets.versionOf(localSecretArn, 'AWSPREVIOUS') ?? '';
  await expect(rotation.step('setSecret', previous)).rejects.toThrow('is labelled AWSPREVIOUS, not AWSPENDING');
});

test('the rotation of another secret is refused', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  const request = { Step: 'createSecret', SecretId: 'hokusai/other-AbCdEf', ClientRequestToken: version };
  await expect(rotation.function.invoke(request)).rejects.toThrow(
    `this function rotates ${localSecretArn}, not "hokusai/other-AbCdEf"`,
  );
});

test('a step before createSecret fails and names createSecret', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  for (const step of ['setSecret', 'finishSecret'] as const) {
    await expect(rotation.step(step, version)).rejects.toThrow(/has no value: createSecret comes first/);
  }
});

test('a secret with the token of another Redis is refused, and Redis keeps its token', async () => {
  rotation.secrets.set(localSecretArn, secretStringOf('the-token-of-another-redis'));
  await expect(rotation.rotate()).rejects.toThrow(/setSecret of version .* Redis refuses the token in use/);
  expect(rotation.elasticache.changes).toEqual([]);
  expect(await rotation.works(redis.server.token)).toBe(true);
  expect(rotation.token()).toBe('the-token-of-another-redis');
});

test('a secret without the token is refused, and the error does not contain it', async () => {
  rotation.secrets.set(localSecretArn, '{"secret":"not-to-be-shown"}');
  const error = await rotation.rotate().catch((reason: unknown) => reason as Error);
  expect(String(error)).toContain('the Redis secret has no text under the key "auth_token"');
  expect([String(error), ...rotation.lines].join('\n')).not.toContain('not-to-be-shown');
});

test('an ElastiCache change that does not finish is reported before the function times out, and the next attempt waits for it', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  rotation.elasticache.hold();
  await expect(rotation.rotate(version)).rejects.toThrow(
    /waiting for replication group hokusai-redis-local: not done within the function's time; at the end it was "modifying"/,
  );
  expect(await rotation.works(redis.server.token)).toBe(true);
  await rotation.elasticache.settle();
  await rotation.rotate(version);
  expect(rotation.elasticache.changes).toEqual(['ROTATE']);
});

test('an invalid environment ends the function at its start and names every variable', async () => {
  const environment = { ...rotation.environment, [functionEnv.replicationGroupId]: '', [functionEnv.redisPort]: '0' };
  await expect(
    startFunction({ name: 'rotation', bundle: rotationBundle, environment, timeoutSeconds: 3 }),
  ).rejects.toThrow(/REDIS_PORT must be a whole number from 1 to 65535, got "0"; REPLICATION_GROUP_ID is missing/);
});
