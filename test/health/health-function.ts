import type { Durability } from '../../contract/durability';
import { functionEnv } from '../../contract/function-env';
import {
  defaultHealthThresholds,
  formatHealthThresholds,
  type HealthThresholds,
} from '../../contract/health-thresholds';
import type { PublisherEnvironmentOptions } from '../../dev/local/publisher-environment';
import { type BundledFunction, type FunctionRedis, useBundledFunction } from '../support/bundled-function';

/** A response of the function's URL. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
}

/** The health function, as it is deployed. */
export interface TestHealthFunction extends BundledFunction {
  /** Sends a signed request to its URL. */
  request(path: string, method?: string): Promise<HttpAnswer>;
}

/**
 * Starts the function before the first test; call it after `useRedis`.
 * @param thresholds thresholds other than the defaults
 */
export function useHealthFunction(
  redis: FunctionRedis,
  thresholds: Partial<HealthThresholds> = {},
  { durability = 'replicas', ...options }: PublisherEnvironmentOptions & { readonly durability?: Durability } = {},
): TestHealthFunction {
  // The function promises a response within 2 s.
  const health = useBundledFunction(redis, {
    ...options,
    name: 'health',
    timeoutSeconds: 2,
    variables: () =>
      Promise.resolve({
        [functionEnv.healthThresholds]: formatHealthThresholds({ ...defaultHealthThresholds, ...thresholds }),
        [functionEnv.durability]: durability,
      }),
  });
  return Object.assign(health, {
    request: async (path: string, method = 'GET') => {
      const answer = (await health.function.invoke(request(path, method))) as {
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
  });
}

/** Lambda's event for a signed HTTP request (payload format 2.0). */
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
