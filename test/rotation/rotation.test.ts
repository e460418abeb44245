import { localSecretArn } from '../../dev/local/publisher-environment';
import { useRedis } from '../support/redis';
import { useRotation } from './rotating';

const redis = useRedis();
const rotation = useRotation(redis);

afterEach(() => {
  const log = rotation.lines.join('\n');
  for (const token of rotation.elasticache.tokens) expect(log).not.toContain(token);
});

test('a rotation makes a new token current, and the old one still works', async () => {
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

test('the second rotation invalidates the token from before the first', async () => {
  const first = rotation.token();
  await rotation.rotate();
  const second = rotation.token();
  await rotation.rotate();

  expect(await rotation.works(first)).toBe(false);
  expect(await rotation.works(second)).toBe(true);
  expect(await rotation.works(rotation.token())).toBe(true);
  expect(rotation.elasticache.changes).toEqual(['ROTATE', 'ROTATE']);
});

test('a new token has 64 characters that need no escaping in ElastiCache, URLs and shells', async () => {
  await rotation.rotate();
  expect(rotation.token()).toMatch(/^[A-Za-z0-9]{64}$/);
});

test('a rotation keeps all other fields of the secret character for character', async () => {
  const token = rotation.token();
  const around = (inner: string) =>
    `{ "user":"default",\n "auth_token" : ${JSON.stringify(inner)}, "id": 9007199254740993, "n": {"auth_token": 1.10} }`;
  rotation.secrets.set(localSecretArn, around(token));
  await rotation.rotate();
  expect(rotation.secrets.valueOf(localSecretArn)).toBe(around(rotation.token()));
  expect(rotation.token()).not.toBe(token);
});

test('a secret that contains only the token keeps this format', async () => {
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

test('testSecret without a new token, as when a schedule is created, succeeds and changes nothing', async () => {
  const { secrets, elasticache } = rotation;
  const token = rotation.token();
  await rotation.step('testSecret', secrets.beginRotation(localSecretArn));
  expect(rotation.results()).toEqual(['testSecret: no new token yet: the one in use works']);
  expect([rotation.token(), ...elasticache.changes]).toEqual([token]);
});

test('a token that another client changed during the rotation is reported, and the rotation continues', async () => {
  const version = rotation.secrets.beginRotation(localSecretArn);
  await rotation.step('createSecret', version);
  await rotation.step('setSecret', version);
  await rotation.elasticache.reset(rotation.token('AWSPENDING'));
  await rotation.rotate(version);
  expect(rotation.lines.join('\n')).toContain('Redis refuses the old token');
});
