/** Consumers, the operator's program and `make local` do not reveal the token. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { writeConsumerFiles } from '../../dev/local/consumer-files';
import { freePort } from '../../dev/local/free-port';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { connect, type ConnectionOptions } from '../../queue/connection';
import { ModelEventConsumer } from '../../clients/node/consumer';
import { RedisSession } from '../../queue/session';
import { runProgram } from '../cli/program';
import { consumerVariables, run } from '../examples/program';
import { publishModel } from '../examples/published';
import { useMakeLocal } from '../incidents/make-local';
import { endpointOf, useRedis } from '../support/redis';
import { expectNoTrace, processesThatShow, shows } from './find-secret';

const redis = useRedis({ config: { bind: '127.0.0.1 127.0.0.2 -::1' } });
// Random, so that processes of another run cannot show it.
const wrong = `wrong-${randomBytes(16).toString('hex')}`;
const examples = ['examples/consumer.ts', 'examples/consumer.py'];

/** Invalid variables of a container, and the expected error. */
interface InvalidVariables {
  readonly change: Readonly<Record<string, string>>;
  readonly pattern: RegExp;
}

const refused: readonly InvalidVariables[] = [
  { change: { REDIS_AUTH_TOKEN: wrong }, pattern: /invalid (?:username-password|password)/i },
  { change: { NODE_EXTRA_CA_CERTS: '', SSL_CERT_FILE: '' }, pattern: /certificate/ },
];
/** test/examples/consumers.test.ts tests these with the examples. */
const unreachable = async (): Promise<readonly InvalidVariables[]> => [
  { change: { REDIS_PORT: String(await freePort()) }, pattern: /refused/i },
  { change: { REDIS_HOST: '127.0.0.2' }, pattern: /127\.0\.0\.2/ },
];

test.each(examples)(
  '%s has the token only in its environment, as from ECS, and never in its output',
  async (example) => {
    const variables = consumerVariables(redis.server);
    const consumer = run(example, variables);
    const failing = refused.map(({ change, pattern }) => ({
      program: run(example, { ...variables, ...change }),
      pattern,
    }));
    await publishModel(redis.client, 'm1');
    await consumer.line('m1 deploy');
    // Each prints its error, or exits with it.
    await Promise.all(failing.map(({ program }) => program.line('')));
    const showing = processesThatShow(redis.server.token, wrong);
    expect([...new Set(showing.map((each) => each.in))]).toEqual(['environment']);
    consumer.kill('SIGTERM');
    expectNoTrace((await consumer.ended).output, redis.server.token);
    for (const { program, pattern } of failing) {
      program.kill('SIGTERM');
      const { errors } = await program.ended;
      expect(errors).toMatch(pattern);
      expectNoTrace(errors, redis.server.token, wrong);
    }
  },
);

test('a consumer or a session printed or logged as an object contains no token', async () => {
  const endpoint = endpointOf(redis.server);
  const consumer = new ModelEventConsumer({ redis: endpoint, queue: 'model_events', handler: () => undefined });
  const session = new RedisSession(endpoint);
  const expectNothingPrinted = (): void => {
    for (const each of [consumer, session]) {
      expectNoTrace(inspect(each, { depth: 20, showHidden: true }) + JSON.stringify(each), endpoint.token);
    }
  };
  expectNothingPrinted();
  const acknowledged = once(consumer, 'acknowledged');
  const ended = consumer.run();
  await publishModel(redis.client, 'm1');
  await acknowledged;
  expect(await session.use('ping', (client) => client.ping())).toBe('PONG');
  expectNothingPrinted();
  session.close();
  await consumer.stop();
  await ended;
});

test('the operator’s program reveals the token neither in its output nor in the process list', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-security-'));
  const asked = async (change: Readonly<Record<string, string>>, name: string): Promise<string> => {
    const home = join(folder, name);
    await leaveFiles(home, { ...consumerVariables(redis.server), ...change });
    const { out, err } = await runProgram(['health', '--local'], { TMPDIR: home });
    return out + err;
  };
  try {
    expectNoTrace(await asked({}, 'well'), redis.server.token);
    const failing = [...refused, ...(await unreachable())].map(async ({ change, pattern }, index) => {
      const printed = await asked(change, String(index));
      expect(printed).toMatch(pattern);
      expectNoTrace(printed, redis.server.token, wrong);
    });
    expect(processesThatShow(redis.server.token, wrong)).toEqual([]);
    await Promise.all(failing);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Writes the files of `make local` that the operator's program reads. */
async function leaveFiles(home: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(home, 'model-events-redis-test');
  mkdirSync(folder, { recursive: true });
  const place = {
    host: (variables['REDIS_HOST'] ?? '') as 'localhost',
    port: Number(variables['REDIS_PORT']),
    token: variables['REDIS_AUTH_TOKEN'] ?? '',
    caFile: variables['NODE_EXTRA_CA_CERTS'] === '' ? '/dev/null' : redis.server.caFile,
    folder,
  };
  await writeConsumerFiles(place, localSubscriptions);
}

describe('make local', () => {
  const local = useMakeLocal();
  const output = async (): Promise<string> => (await local.printed(/^[^]*$/))[0];

  test('writes the token only to files that only their owner can read', async () => {
    expect(processesThatShow(local.redis.token)).toEqual([]);
    expectNoTrace(await output(), local.redis.token);
    const [redisFolder = ''] = readdirSync(local.folder).filter((name) => name.startsWith('model-events-redis-'));
    const folder = join(local.folder, redisFolder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const files = readdirSync(folder).filter((name) =>
      shows(readFileSync(join(folder, name), 'latin1'), local.redis.token),
    );
    expect(files.sort()).toEqual(['hokusai-site.env', 'hokusai-token.env', 'token']);
    expect(files.map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
  });

  test('prints no token on the terminal or its page after Redis is killed', async () => {
    const [, pid = ''] = /process_id:(\d+)/.exec(await infoOf(local.redis)) ?? [];
    process.kill(Number(pid), 'SIGKILL');
    await local.printed(/the primary has ended/);
    const pages = await Promise.all(['/', '/health', '/?view=dead-letters&queue=model_events'].map(textOf));
    await local.printed(/maintenance .*failed/);
    expectNoTrace([await output(), ...pages].join('\n'), local.redis.token);
    expect(processesThatShow(local.redis.token)).toEqual([]);
  });

  const textOf = async (path: string): Promise<string> => (await fetch(`${local.url}${path}`)).text();
});

async function infoOf(options: ConnectionOptions): Promise<string> {
  const client = await connect(options);
  try {
    return await client.info('server');
  } finally {
    client.disconnect();
  }
}
