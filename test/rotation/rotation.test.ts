import { localSecretArn } from '../../dev/local/publisher-environment';
import { useRedis } from '../support/redis';
import { useRotation } from './rotating';

const redis = useRedis();
const rotation = useRotation(redis);

afterEach(() => {
  const said = rotation.lines.join('\n');
  for (const token of rotation.elasticache.tokens) expect(said).not.toContain(token);
});

test('a rotation gives everybody a new token, and the old one goes on working', async () => {
  const old = rotation.token();
  const version = await rotation.rotate();

  const fresh = rotation.token();
  expect(fresh).not.toBe(old);
  expect(rotation.secrets.versionOf(localSecretArn, 'AWSCURRENT')).toBe(version);
  expect(rotation.token('AWSPREVIOUS')).toBe(old);
  expect(await rotation.works(fresh)).toBe(true);
  expect(await rotation.works(old)).toBe(true);
  expect(rotation.elasticache.changes).toEqual(['ROTATE']);
  expect(rotation.results()).toEqual([
    'createSecret: new token written',
    'setSecret: Redis accepts the token',
    'testSecret: the token works',
    'finishSecret: the token is current',
  ]);
});

test('the next rotation ends what was there before the last', async () => {
  const first = rotation.token();
  await rotation.rotate();
  const second = rotation.token();
  await rotation.rotate();

  expect(await rotation.works(first)).toBe(false);
  expect(await rotation.works(second)).toBe(true);
  expect(await rotation.works(rotation.token())).toBe(true);
  expect(rotation.elasticache.changes).toEqual(['ROTATE', 'ROTATE']);
});

test('a new token is long and has only characters that ElastiCache, URLs and shells take as they are', async () => {
  await rotation.rotate();
  expect(rotation.token()).toMatch(/^[A-Za-z0-9]{64}$/);
});

test('all that stands in the secret beside the token stays, digit for digit', async () => {
  const token = rotation.token();
  const around = (inner: string) =>
    `{ "user":"default",\n "auth_token" : ${JSON.stringify(inner)}, "id": 9007199254740993, "n": {"auth_token": 1.10} }`;
  rotation.secrets.set(localSecretArn, around(token));
  await rotation.rotate();
  expect(rotation.secrets.valueOf(localSecretArn)).toBe(around(rotation.token()));
  expect(rotation.token()).not.toBe(token);
});

test('a secret that is only the token stays one', async () => {
  rotation.secrets.set(localSecretArn, rotation.token());
  await rotation.rotate();
  expect(rotation.secrets.valueOf(localSecretArn)).toMatch(/^[A-Za-z0-9]{64}$/);
});

test('a full Redis does not stop a rotation', async () => {
  const memory = await redis.client.config('GET', 'maxmemory');
  await redis.client.config('SET', 'maxmemory', '1');
  try {
    await rotation.rotate();
  } finally {
    await redis.client.config('SET', 'maxmemory', (memory as string[])[1] ?? '0');
  }
  expect(await rotation.works(rotation.token())).toBe(true);
});

test('a schedule that is only made, not run, finds the function working and changes nothing', async () => {
  const { secrets, elasticache } = rotation;
  const token = rotation.token();
  await rotation.step('testSecret', secrets.beginRotation(localSecretArn));
  expect(rotation.results()).toEqual(['testSecret: no new token yet: the one in use works']);
  expect([rotation.token(), ...elasticache.changes]).toEqual([token]);
});

test('a token that somebody else changed meanwhile is reported, and the rotation goes on', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  await rotation.step('createSecret', version);
  await rotation.step('setSecret', version);
  await rotation.elasticache.reset(rotation.token('AWSPENDING'));
  await rotation.rotate(version);
  expect(rotation.lines.join('\n')).toContain('Redis refuses the old token');
});
