import { resolve } from 'node:path';
import { type LocalFunction, startFunction } from '../../dev/emulators/function-process';
import {
  localSecretArn,
  publisherEnvironment,
  type PublisherEnvironmentOptions,
  secretStringOf,
} from '../../dev/local/publisher-environment';
import { type LocalSecretsManager, startSecretsManager } from '../../dev/emulators/secrets-manager';
import type { LocalRedis } from '../../dev/local/redis-server';
import type { LocalRedisUsers } from '../../dev/local/redis-users';
import type { RedisCredentials } from '../../queue/secret-text';

/** The Redis that a function connects to. */
export interface FunctionRedis {
  readonly server: Pick<LocalRedis, 'host' | 'port' | 'token' | 'caFile' | 'replica'>;
  /** Those of a created Redis: the function is one of them. @default it has the token of the server */
  readonly users?: LocalRedisUsers;
}

/** A function's bundle, as it is deployed, in a process of its own; one for the tests of a file. */
export interface BundledFunction {
  readonly function: LocalFunction;
  readonly secrets: LocalSecretsManager;
  /** What its secret contains. */
  readonly credentials: RedisCredentials;
  /** Everything it wrote since the test began. */
  readonly lines: string[];
  /** Its lines that are JSON: log entries and metrics. */
  entries(): Record<string, unknown>[];
  /** Its log entries with this message. */
  logs(message: string): Record<string, unknown>[];
}

interface BundledFunctionOptions extends PublisherEnvironmentOptions {
  /** Folder of dist/lambda. */
  readonly name: string;
  readonly timeoutSeconds: number;
  /** Variables besides those of the Redis connection; read when the function starts. */
  readonly variables?: () => Promise<Readonly<Record<string, string>>>;
}

/** Starts the function, and a Secrets Manager with its user's password, before the first test; call it after `useRedis`. */
export function useBundledFunction(redis: FunctionRedis, options: BundledFunctionOptions): BundledFunction {
  const { name, timeoutSeconds, variables, ...way } = options;
  let started: { readonly secrets: LocalSecretsManager; readonly function: LocalFunction } | undefined;
  const lines: string[] = [];
  const running = () => {
    if (started === undefined) throw new Error(`${name} is started before the first test, not while the file is read`);
    return started;
  };
  const credentials = (): RedisCredentials =>
    redis.users?.get(name === 'publisher' ? 'publisher' : 'operator') ?? { token: redis.server.token };
  const entries = () =>
    lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);

  beforeAll(async () => {
    const { token, username } = credentials();
    const secrets = await startSecretsManager({ [localSecretArn]: secretStringOf(token, username) });
    const bundled = await startFunction({
      name,
      bundle: resolve(__dirname, `../../dist/lambda/${name}/index.mjs`),
      environment: { ...publisherEnvironment(redis.server, secrets, way), ...(await variables?.()) },
      timeoutSeconds,
      onLog: (line) => lines.push(line),
    });
    started = { secrets, function: bundled };
  });
  beforeEach(() => lines.splice(0));
  afterAll(async () => {
    await started?.function.stop();
    await started?.secrets.stop();
  });

  return {
    get function() {
      return running().function;
    },
    get secrets() {
      return running().secrets;
    },
    get credentials() {
      return credentials();
    },
    lines,
    entries,
    logs: (message) => entries().filter((entry) => entry['message'] === message),
  };
}
