/** Runs every deployed function in a process with the test's environment, and collects its output. */
import { resolve } from 'node:path';
import { functionEnv } from '../../contract/function-env';
import { defaultHealthThresholds, formatHealthThresholds } from '../../contract/health-thresholds';
import { type LocalElastiCache, startElastiCache } from '../../dev/emulators/elasticache';
import { FunctionError } from '../../dev/emulators/function-environment';
import { startFunction } from '../../dev/emulators/function-process';
import { localSecretArn, publisherEnvironment, secretStringOf } from '../../dev/local/publisher-environment';
import { type LocalSecretsManager, startSecretsManager } from '../../dev/emulators/secrets-manager';
import { widgetContext } from '../console/widget-view';
import { eventBody, registered, sqsRecord } from '../support/events';
import type { TestRedis } from '../support/redis';
import { processesThatShow, type ShowingProcess } from './find-secret';

export const functionNames = ['health', 'monitor', 'operations', 'publisher', 'rotation'] as const;
export type FunctionName = (typeof functionNames)[number];

/** The output of one invocation of each kind. */
export interface FunctionOutput {
  /** Log, answers, errors and their stack traces. */
  readonly text: string;
  /** Processes that showed the token while the function ran. */
  readonly processes: readonly ShowingProcess[];
}

export interface DeployedFunctions {
  readonly secrets: LocalSecretsManager;
  /** Starts a function with these changes to its environment and invokes it in every form that AWS uses. */
  outputOf(
    name: FunctionName,
    tokens: readonly string[],
    change?: Readonly<Record<string, string>>,
  ): Promise<FunctionOutput>;
}

/** Starts the services that the functions call before the first test; call it after `useRedis`. */
export function useDeployedFunctions(redis: TestRedis): DeployedFunctions {
  let services: { secrets: LocalSecretsManager; elasticache: LocalElastiCache } | undefined;
  const running = () => {
    if (services === undefined) throw new Error('the services are started before the first test');
    return services;
  };
  const replicationGroupId = 'hokusai-redis-local';
  // Not before all: the connection to Redis is there from the first test on.
  beforeEach(async () => {
    const { token } = redis.server;
    services ??= {
      secrets: await startSecretsManager({ [localSecretArn]: secretStringOf(token) }),
      elasticache: await startElastiCache({ replicationGroupId, nodes: [redis.client], token }),
    };
    await services.elasticache.reset(token);
    services.secrets.remove(localSecretArn);
    services.secrets.set(localSecretArn, secretStringOf(token));
  });
  afterAll(async () => {
    await services?.elasticache.stop();
    await services?.secrets.stop();
  });

  const environment = (): Record<string, string> => ({
    ...publisherEnvironment(redis.server, running().secrets),
    [functionEnv.healthThresholds]: formatHealthThresholds(defaultHealthThresholds),
    [functionEnv.durability]: 'replicas',
    [functionEnv.bufferUrl]: 'https://sqs.us-east-1.amazonaws.com/123456789012/buffer',
    [functionEnv.replicationGroupId]: replicationGroupId,
    AWS_ENDPOINT_URL_ELASTICACHE: running().elasticache.url,
  });

  return {
    get secrets() {
      return running().secrets;
    },
    outputOf: async (name, tokens, change = {}) => {
      const lines: string[] = [];
      const started = await startFunction({
        name,
        bundle: resolve(__dirname, `../../dist/lambda/${name}/index.mjs`),
        environment: { ...environment(), ...change },
        timeoutSeconds: 4,
        onLog: (line) => lines.push(line),
      });
      try {
        for (const request of requestsTo(name, running().secrets)) {
          const answer: unknown = await started.invoke(request).catch((error: unknown) => error);
          lines.push(...linesOf(answer));
        }
        return { text: lines.join('\n'), processes: processesThatShow(...tokens) };
      } finally {
        await started.stop();
      }
    },
  };
}

function linesOf(answer: unknown): string[] {
  if (answer instanceof FunctionError) return [answer.message, answer.trace ?? ''];
  return [typeof answer === 'string' ? answer : JSON.stringify(answer)];
}

/** In the form in which AWS calls each of them. */
function requestsTo(name: FunctionName, secrets: LocalSecretsManager): unknown[] {
  switch (name) {
    case 'health':
      return ['/live', '/ready', '/health', '/messages/m1'].map((rawPath) => ({
        rawPath,
        requestContext: { http: { method: 'GET', path: rawPath } },
      }));
    case 'monitor':
      return [{ 'detail-type': 'Scheduled Event', source: 'aws.events' }];
    case 'operations':
      return [
        { action: 'depths' },
        { action: 'health' },
        { action: 'dead-letters', queue: 'model_events', offset: 0, select: {} },
        { action: 'no-such-action' },
        { widgetContext },
        { view: 'dead-letters', queue: 'model_events', widgetContext },
      ];
    case 'publisher':
      return [{ Records: [sqsRecord(eventBody(registered())), sqsRecord('{"broken')] }];
    case 'rotation': {
      const ClientRequestToken = secrets.beginRotation(localSecretArn);
      const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
      return steps.map((Step) => ({ Step, SecretId: localSecretArn, ClientRequestToken }));
    }
  }
}
