import { SecretsManagerClient, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { localSecretArn, secretStringOf } from '../../dev/local/publisher-environment';
import { useRedis } from '../support/redis';
import { useRotation } from './rotating';

const redis = useRedis();
const rotation = useRotation(redis);
const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
const seen = new Set<string>();

beforeEach(() => seen.add(redis.server.token));
afterEach(() => {
  for (const token of [...rotation.elasticache.tokens, rotation.token()]) seen.add(token);
  const log = rotation.lines.join('\n');
  for (const token of seen) expect(log).not.toContain(token);
});

/** The error of the step, after checking that the old token still works and is still current. */
async function failureOf(step: (typeof steps)[number], version: string): Promise<string> {
  const old = rotation.token();
  const error: unknown = await rotation.step(step, version).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error(`${step} did not fail`);
  expect(rotation.token()).toBe(old);
  expect(await rotation.works(old)).toBe(true);
  for (const token of rotation.elasticache.tokens) expect(error.message).not.toContain(token);
  return error.message;
}

test('running each step twice has the same result as running it once', async () => {
  const old = rotation.token();
  const version = rotation.secrets.beginRotation(localSecretArn);
  const tokens = new Set<string>();
  for (const step of steps) {
    await rotation.step(step, version);
    if (step !== 'finishSecret') tokens.add(rotation.token('AWSPENDING'));
    await rotation.step(step, version);
    if (step !== 'finishSecret') tokens.add(rotation.token('AWSPENDING'));
  }
  expect([...tokens]).toEqual([rotation.token()]);
  expect(rotation.elasticache.changes).toEqual(['ROTATE']);
  expect(rotation.elasticache.tokens).toEqual([old, rotation.token()]);
  expect(rotation.secrets.versionOf(localSecretArn, 'AWSPENDING')).toBeUndefined();
  await rotation.step('setSecret', version);
  expect(rotation.results().at(-1)).toBe('setSecret: the version is current already');
});

test('after a lost reply, createSecret uses the token that it wrote', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  rotation.secrets.fail('answer-lost', 'PutSecretValue');
  expect(await failureOf('createSecret', version)).toContain('PutSecretValue');
  const written = rotation.token('AWSPENDING');
  rotation.secrets.fail(undefined);

  await rotation.rotate(version);
  expect(rotation.token()).toBe(written);
});

test('setSecret without permission to label versions does not change Redis, and succeeds with the permission', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  await rotation.step('createSecret', version);
  rotation.secrets.fail('denied', 'UpdateSecretVersionStage');
  expect(await failureOf('setSecret', version)).toMatch(/AccessDenied.*secretsmanager:UpdateSecretVersionStage/);
  expect(rotation.elasticache.changes).toEqual([]);
  rotation.secrets.fail(undefined);
  await rotation.rotate(version);
});

test('a refusal of ElastiCache is reported without the token that it quotes', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  await rotation.step('createSecret', version);
  const token = rotation.token('AWSPENDING');
  rotation.elasticache.refuse(`The token ${token} is not to my liking`);
  const message = await failureOf('setSecret', version);
  expect(message).toContain('InvalidParameterValue');
  expect(message).toContain('The token <token> is not to my liking');
  expect(message).not.toContain(token);
  rotation.elasticache.refuse(undefined);
  await rotation.rotate(version);
  expect(rotation.token()).toBe(token);
});

test('after setSecret is killed during the ElastiCache change, the next attempt does not repeat the change', async () => {
  const old = rotation.token();
  const version = rotation.secrets.beginRotation(localSecretArn);
  await rotation.step('createSecret', version);
  rotation.elasticache.hold();
  const changed = rotation.elasticache.changed();
  const outcome = rotation.step('setSecret', version).catch((error: unknown) => error);
  await changed;
  await rotation.function.kill();
  expect(await outcome).toBeInstanceOf(Error);
  expect(await rotation.works(old)).toBe(true);
  await rotation.elasticache.settle();

  await rotation.rotate(version);
  expect(rotation.elasticache.changes).toEqual(['ROTATE']);
  expect(rotation.results()).toContain('setSecret: Redis had the token already');
  expect(await rotation.works(old)).toBe(true);
});

test('a token without write permission does not become current', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  await rotation.step('createSecret', version);
  await rotation.step('setSecret', version);
  await redis.client.acl('SETUSER', 'default', '-@write');
  try {
    expect(await failureOf('testSecret', version)).toMatch(/a trial write .* failed: NOPERM/);
  } finally {
    await redis.client.acl('SETUSER', 'default', '+@all');
  }
  await rotation.rotate(version);
  expect(rotation.elasticache.changes).toEqual(['ROTATE']);
});

test('finishSecret succeeds when it is repeated after a lost reply', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  for (const step of steps.slice(0, 3)) await rotation.step(step, version);
  const fresh = rotation.token('AWSPENDING');
  rotation.secrets.fail('answer-lost', 'UpdateSecretVersionStage');
  await expect(rotation.step('finishSecret', version)).rejects.toThrow('UpdateSecretVersionStage');
  rotation.secrets.fail(undefined);

  await rotation.rotate(version);
  expect(rotation.token()).toBe(fresh);
  expect(rotation.token('AWSPREVIOUS')).toBe(redis.server.token);
  expect(rotation.elasticache.changes).toEqual(['ROTATE']);
});

test('the next rotation reuses the token of an abandoned rotation, because a third token would invalidate the current one', async () => {
  const old = rotation.token();
  const abandoned = rotation.secrets.beginRotation(localSecretArn);
  await rotation.step('createSecret', abandoned);
  await rotation.step('setSecret', abandoned);
  const left = rotation.token('AWSPENDING');
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const operator = new SecretsManagerClient({ endpoint: rotation.secrets.url, region: 'us-east-1', credentials });
  await operator.send(
    new UpdateSecretVersionStageCommand({
      SecretId: localSecretArn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: abandoned,
    }),
  );
  operator.destroy();

  await rotation.rotate();
  expect(rotation.token()).toBe(left);
  expect(rotation.elasticache.changes).toEqual(['ROTATE']);
  expect(await rotation.works(old)).toBe(true);

  await rotation.rotate();
  expect(rotation.token()).not.toBe(left);
  expect(await rotation.works(left)).toBe(true);
  expect(await rotation.works(old)).toBe(false);
});

test('after a manual change the next rotation creates a new token', async () => {
  await rotation.rotate();
  const byHand = 'Set-by-an-operator-2026!';
  await rotation.elasticache.reset(byHand);
  rotation.secrets.set(localSecretArn, secretStringOf(byHand));

  await rotation.rotate();
  expect(rotation.elasticache.tokens).toEqual([byHand, rotation.token()]);
});
