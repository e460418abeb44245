/** The deployed functions never reveal the token, and connect only to a Redis with a trusted certificate. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { functionEnv } from '../../contract/function-env';
import { freePort } from '../../dev/local/free-port';
import { localSecretArn, secretStringOf } from '../../dev/local/publisher-environment';
import { authTokenIn } from '../../queue/secret-text';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { ModelQueue } from '../../queue/model-queue';
import { useRedis } from '../support/redis';
import { userNamed } from '../../dev/local/redis-users';
import { functionNames, useDeployedFunctions } from './functions';
import { expectNoTrace } from './find-secret';

// A second address that its certificate does not cover.
const redis = useRedis({ config: { bind: '127.0.0.1 127.0.0.2 -::1' } });
const functions = useDeployedFunctions(redis);
// Random, so that processes of another run cannot show it.
const wrong = `wrong-${randomBytes(16).toString('hex')}`;

interface Situation {
  readonly secret?: () => string;
  readonly change?: () => Promise<Readonly<Record<string, string>>>;
  /** Matches the output of every function. */
  readonly pattern: RegExp;
}

const situations: Readonly<Record<string, Situation>> = {
  'Redis works': { pattern: /"level":"INFO"|RedisAvailability/ },
  'the token is wrong': { secret: () => secretStringOf(wrong), pattern: /WRONGPASS|refuses the token in use/ },
  'the secret has no token': {
    secret: () => JSON.stringify({ password: redis.server.token }),
    pattern: /the Redis secret has no text under the key/,
  },
  'Redis is unreachable': {
    change: async () => ({ [functionEnv.redisPort]: String(await freePort()) }),
    pattern: /ECONNREFUSED/,
  },
  'the certificate has an untrusted authority': {
    change: () => Promise.resolve({ NODE_EXTRA_CA_CERTS: '' }),
    pattern: /failed: .*(?:unable to verify|self-signed certificate|unable to get local issuer)/,
  },
  'the certificate is for another name': {
    change: () => Promise.resolve({ [functionEnv.redisHost]: '127.0.0.2' }),
    pattern: /127\.0\.0\.2:\d+ failed: .*not in the cert's list/,
  },
};

beforeEach(() => addDeadLetter(redis.client, new ModelQueue('model_events'), message('a')));

test.each(Object.entries(situations))(
  'no function reveals the token while %s',
  async (_, { secret, change, pattern }) => {
    const inSecret = secret?.() ?? secretStringOf(redis.server.token);
    functions.secrets.set(localSecretArn, inSecret);
    const variables = (await change?.()) ?? {};
    const outputs = await Promise.all(
      functionNames.map((name) => functions.outputOf(name, [redis.server.token, wrong], variables)),
    );
    const tokens = [redis.server.token, wrong, ...pendingToken()];
    for (const { text, processes } of outputs) {
      expect(text).toMatch(pattern);
      expectNoTrace(text, ...tokens);
      expect(processes).toEqual([]);
    }
  },
);

test.each([
  ['publisher', 'publisher', /"MessagesPublished":1/],
  ['monitor', 'operator', /"RedisAvailability":1/],
  ['health', 'operator', /"path":"\/ready","status":200/],
  ['operations', 'operator', /\{"queues":\[/],
] as const)('%s works as the Redis user %s, without a refused command', async (name, user, works) => {
  const { username, token } = userNamed(redis.users, user);
  functions.secrets.set(localSecretArn, secretStringOf(token, username));
  const { text } = await functions.outputOf(name, [token]);
  expect(text).not.toMatch(/NOPERM|ACL failure|not-permitted|user executing the script|WRONGPASS/);
  expect(text).toMatch(works);
  expectNoTrace(text, token);
});

test('no bundle contains the name of a variable with the token', () => {
  for (const name of functionNames) {
    const bundle = readFileSync(resolve(__dirname, `../../dist/lambda/${name}/index.mjs`), 'utf8');
    expect(bundle).toContain('REDIS_AUTH_SECRET_ARN');
    expect(bundle).not.toContain('REDIS_AUTH_TOKEN');
  }
});

/** The token that the rotation created, if it got that far. */
function pendingToken(): string[] {
  return ['AWSCURRENT', 'AWSPENDING'].flatMap((label) => {
    if (functions.secrets.versionOf(localSecretArn, label) === undefined) return [];
    try {
      return [authTokenIn(functions.secrets.valueOf(localSecretArn, label))];
    } catch {
      return [];
    }
  });
}
