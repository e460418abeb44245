import { resolve } from 'node:path';
import { functionEnv } from '../../contract/function-env';
import { type LocalElastiCache, startElastiCache } from '../../dev/emulators/elasticache';
import { type LocalFunction, startFunction } from '../../dev/emulators/function-process';
import { localSecretArn, publisherEnvironment, secretStringOf } from '../../dev/local/publisher-environment';
import {
  type LocalSecretsManager,
  type RotationRequest,
  startSecretsManager,
} from '../../dev/emulators/secrets-manager';
import { connect } from '../../queue/connection';
import { authTokenIn } from '../../queue/secret-text';
import { RedisError } from '../../queue/errors';
import { endpointOf, type TestRedis } from '../support/redis';

export const rotationBundle = resolve(__dirname, '../../dist/lambda/rotation/index.mjs');
export const replicationGroupId = 'hokusai-redis-local';

/** The rotation function's bundle in its own process, with its services; reset before each test. */
export interface TestRotation {
  readonly function: LocalFunction;
  readonly secrets: LocalSecretsManager;
  readonly elasticache: LocalElastiCache;
  /** Its output since the test began. */
  readonly lines: string[];
  /** The environment variables of its process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a rotation, or repeats that of this version. @returns the version's id. */
  rotate(versionId?: string, secretArn?: string): Promise<string>;
  /** One step. @param secretArn @default that of the token */
  step(step: RotationRequest['Step'], versionId: string, secretArn?: string): Promise<unknown>;
  /** The token of the version with this label. @param label @default 'AWSCURRENT' */
  token(label?: string): string;
  /** Whether Redis accepts the token. */
  works(token: string): Promise<boolean>;
  /** The logged results of the steps, in order. */
  results(): string[];
}

/** @param options a Secrets Manager to share; a short time limit of the function; more variables of its environment. */
export function useRotation(
  redis: TestRedis,
  options: {
    secrets?: () => LocalSecretsManager;
    timeoutSeconds?: number;
    variables?: Readonly<Record<string, string>>;
  } = {},
): TestRotation {
  let started:
    | {
        function: LocalFunction;
        secrets: LocalSecretsManager;
        elasticache: LocalElastiCache;
        environment: Readonly<Record<string, string>>;
      }
    | undefined;
  const lines: string[] = [];
  const running = () => {
    if (started === undefined) throw new Error('the rotation function is started before the first test');
    return started;
  };

  beforeEach(async () => {
    const secrets = options.secrets?.() ?? started?.secrets ?? (await startSecretsManager({}));
    const nodes = [redis.client];
    const elasticache =
      started?.elasticache ?? (await startElastiCache({ replicationGroupId, nodes, token: redis.server.token }));
    await elasticache.reset(redis.server.token);
    secrets.fail(undefined);
    secrets.remove(localSecretArn);
    secrets.set(localSecretArn, secretStringOf(redis.server.token));
    const environment = {
      ...publisherEnvironment(redis.server, secrets),
      [functionEnv.replicationGroupId]: replicationGroupId,
      AWS_ENDPOINT_URL_ELASTICACHE: elasticache.url,
      AWS_ENDPOINT_URL_MEMORYDB: elasticache.url,
      ...options.variables,
    };
    const rotation =
      started?.function ??
      (await startFunction({
        name: 'rotation',
        bundle: rotationBundle,
        environment,
        timeoutSeconds: options.timeoutSeconds ?? 900,
        onLog: (line) => lines.push(line),
      }));
    started = { function: rotation, secrets, elasticache, environment };
    lines.splice(0);
  });
  afterAll(async () => {
    await started?.function.stop();
    await started?.elasticache.stop();
    if (options.secrets === undefined) await started?.secrets.stop();
  });

  const invoke = (request: RotationRequest) => running().function.invoke(request);
  return {
    get function() {
      return running().function;
    },
    get secrets() {
      return running().secrets;
    },
    get elasticache() {
      return running().elasticache;
    },
    get environment() {
      return running().environment;
    },
    lines,
    rotate: (versionId, secretArn = localSecretArn) => running().secrets.rotate(secretArn, invoke, versionId),
    step: (step, versionId, secretArn = localSecretArn) =>
      invoke({ Step: step, SecretId: secretArn, ClientRequestToken: versionId }),
    token: (label) => authTokenIn(running().secrets.valueOf(localSecretArn, label)),
    works: async (token) => {
      try {
        (await connect({ ...endpointOf(redis.server), token })).disconnect();
        return true;
      } catch (error) {
        if (error instanceof RedisError && error.fault === 'token-refused') return false;
        throw error;
      }
    },
    results: () =>
      lines.flatMap((line) => {
        const entry = line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : {};
        return entry['message'] === 'rotation step' ? [`${String(entry['step'])}: ${String(entry['result'])}`] : [];
      }),
  };
}
