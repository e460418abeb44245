import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { type LocalFunction, startFunction } from '../../local/function-process';
import {
  localSecretArn,
  publisherEnvironment,
  type PublisherEnvironmentOptions,
  secretStringOf,
} from '../../local/publisher-environment';
import { publisherBundle } from '../../local/road';
import { type LocalSecretsManager, startSecretsManager } from '../../local/secrets-manager';
import type { TestRedis } from './redis';

/** The publisher's bundle, as it is deployed, in a process of its own; one for the tests of a file. */
export interface TestPublisher {
  readonly function: LocalFunction;
  readonly secrets: LocalSecretsManager;
  /** Everything it wrote since the test began. */
  readonly lines: string[];
  /** Invokes it with these records; the ids of those it hands back. */
  publish(...records: SQSRecord[]): Promise<string[]>;
  /** Its log entries with this message. */
  logs(message: string): Record<string, unknown>[];
  /** The values of a metric, of all its EMF lines. */
  metric(name: string): number[];
}

interface PublisherOptions extends PublisherEnvironmentOptions {
  /** @default 15, as deployed */
  readonly timeoutSeconds?: number;
}

/** Starts the publisher before the first test; call it after `useRedis`. */
export function usePublisher(redis: TestRedis, options: PublisherOptions = {}): TestPublisher {
  const { timeoutSeconds = 15, ...environment } = options;
  let started: { function: LocalFunction; secrets: LocalSecretsManager } | undefined;
  const lines: string[] = [];
  const running = () => {
    if (started === undefined)
      throw new Error('the publisher is started before the first test, not while the file is read');
    return started;
  };
  const entries = () =>
    lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);

  beforeAll(async () => {
    const secrets = await startSecretsManager({ [localSecretArn]: secretStringOf(redis.server.token) });
    const publisher = await startFunction({
      name: 'publisher',
      bundle: publisherBundle,
      environment: publisherEnvironment(redis.server, secrets, environment),
      timeoutSeconds,
      onLog: (line) => lines.push(line),
    });
    started = { function: publisher, secrets };
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
    lines,
    publish: async (...records) => {
      const response = (await running().function.invoke({ Records: records })) as SQSBatchResponse;
      return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
    logs: (message) => entries().filter((entry) => entry['message'] === message),
    metric: (name) =>
      entries().flatMap((entry) => ('_aws' in entry && name in entry ? [entry[name]].flat() : [])) as number[],
  };
}
