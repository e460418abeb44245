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
  const said = rotation.lines.join('\n');
  for (const token of seen) expect(said).not.toContain(token);
});

/** The step's error, once it is certain that the old token still works and still is everybody's. */
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

test('each step twice is as each step once', async () => {
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

test('createSecret whose answer got lost goes on with the token that it wrote', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  rotation.secrets.fail('answer-lost', 'PutSecretValue');
  expect(await failureOf('createSecret', version)).toContain('PutSecretValue');
  const written = rotation.token('AWSPENDING');
  rotation.secrets.fail(undefined);

  await rotation.rotate(version);
  expect(rotation.token()).toBe(written);
});

test('setSecret without the right to label changes nothing in Redis, and goes through once it has it', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  await rotation.step('createSecret', version);
  rotation.secrets.fail('denied', 'UpdateSecretVersionStage');
  expect(await failureOf('setSecret', version)).toMatch(/AccessDenied.*secretsmanager:UpdateSecretVersionStage/);
  expect(rotation.elasticache.changes).toEqual([]);
  rotation.secrets.fail(undefined);
  await rotation.rotate(version);
});

test('ElastiCache that refuses the token is named, and what it repeats of the token is not', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  await rotation.step('createSecret', version);
  const token = rotation.token('AWSPENDING');
  rotation.elasticache.refuse(`The token ${token} is not to my liking`);
  const said = await failureOf('setSecret', version);
  expect(said).toContain('InvalidParameterValue');
  expect(said).toContain('The token <token> is not to my liking');
  expect(said).not.toContain(token);
  rotation.elasticache.refuse(undefined);
  await rotation.rotate(version);
  expect(rotation.token()).toBe(token);
});

test('setSecret killed while ElastiCache is at work is not asked of it again', async () => {
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

test('a token that may not write does not become current', async () => {
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

test('finishSecret whose answer got lost is done', async () => {
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

test('a rotation given up after Redis had the token is taken up by the next: a third token would push out the one in use', async () => {
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

test('after a change by hand the next rotation begins with a new token', async () => {
  await rotation.rotate();
  const byHand = 'Set-by-an-operator-2026!';
  await rotation.elasticache.reset(byHand);
  rotation.secrets.set(localSecretArn, secretStringOf(byHand));

  await rotation.rotate();
  expect(rotation.elasticache.tokens).toEqual([byHand, rotation.token()]);
});
