import { resolve } from 'node:path';
import { type LocalFunction, startFunction } from '../../local/function-process';
import { localSecretArn, publisherEnvironment, secretStringOf } from '../../local/publisher-environment';
import { type LocalSecretsManager, startSecretsManager } from '../../local/secrets-manager';
import type { TestRedis } from '../support/redis';

/** What the function's URL answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
}

/** The health function's bundle, as it is deployed, in a process of its own; one for the tests of a file. */
export interface TestHealthFunction {
  readonly function: LocalFunction;
  readonly secrets: LocalSecretsManager;
  /** Everything it wrote since the test began. */
  readonly lines: string[];
  /** A request to its URL, by somebody who signed it. */
  request(path: string, method?: string): Promise<HttpAnswer>;
}

/** Starts the function before the first test; call it after `useRedis`. */
export function useHealthFunction(redis: TestRedis): TestHealthFunction {
  let started: { function: LocalFunction; secrets: LocalSecretsManager } | undefined;
  const lines: string[] = [];
  const running = () => {
    if (started === undefined)
      throw new Error('the function is started before the first test, not while the file is read');
    return started;
  };

  beforeAll(async () => {
    const secrets = await startSecretsManager({ [localSecretArn]: secretStringOf(redis.server.token) });
    const health = await startFunction({
      name: 'health',
      bundle: resolve(__dirname, '../../dist/lambda/health/index.mjs'),
      // It has the same way to Redis as the publisher.
      environment: publisherEnvironment(redis.server, secrets),
      // An answer that takes longer than is promised is no answer.
      timeoutSeconds: 2,
      onLog: (line) => lines.push(line),
    });
    started = { function: health, secrets };
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
    request: async (path, method = 'GET') => {
      const answer = (await running().function.invoke(request(path, method))) as {
        statusCode: number;
        headers: Record<string, string>;
        body: string;
      };
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: JSON.parse(answer.body) as Record<string, unknown>,
      };
    },
  };
}

/** As Lambda makes an event of a signed HTTP request (payload format 2.0). */
function request(path: string, method: string): object {
  const sourceIp = '203.0.113.7';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { 'x-forwarded-proto': 'https' },
    requestContext: {
      accountId: '123456789012',
      authentication: null,
      authorizer: { iam: { userArn: 'arn:aws:sts::123456789012:assumed-role/on-call/ada' } },
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: 'curl/8' },
      requestId: '01234567-89ab-cdef-0123-456789abcdef',
      stage: '$default',
      time: '23/Nov/2026:10:00:00 +0000',
      timeEpoch: 1_795_428_000_000,
    },
    isBase64Encoded: false,
  };
}
