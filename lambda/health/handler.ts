import { Logger } from '@aws-lambda-powertools/logger';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { functionEnv } from '../../contract/function-env';
import { parseSubscriptions } from '../../contract/subscriptions';
import { RedisSession } from '../../queue/session';
import { authTokenSource } from '../runtime/auth-token';
import { EnvironmentReader } from '../runtime/environment';
import { answer, type Answering } from './answer';

/** A request as the function's URL hands it over, with who signed it. */
export type HealthRequest = LambdaFunctionURLEvent & {
  readonly requestContext: { readonly authorizer?: { readonly iam?: { readonly userArn?: string } } };
};

/** What the health function works with. */
export interface HealthDependencies extends Answering {
  readonly logger: Logger;
}

/** A request to the function's URL in, status and JSON out; one log line for each, with who asked. */
export function createHandler(dependencies: HealthDependencies) {
  return async (event: HealthRequest): Promise<LambdaFunctionURLResult> => {
    const startedMs = performance.now();
    const { method } = event.requestContext.http;
    const { status, contentType, body, allow } = await answer(method, event.rawPath, dependencies);
    dependencies.logger[status >= 500 ? 'error' : 'info']('request', {
      method,
      path: event.rawPath.slice(0, 256),
      status,
      latencyMs: Math.round(performance.now() - startedMs),
      caller: event.requestContext.authorizer?.iam?.userArn,
      ...(status >= 500 ? { body } : {}),
    });
    return {
      statusCode: status,
      headers: {
        'content-type': contentType,
        'cache-control': 'no-store',
        ...(allow === undefined ? {} : { allow }),
      },
      body: JSON.stringify(body),
    };
  };
}

function fromEnvironment(env: NodeJS.ProcessEnv): HealthDependencies {
  const reader = new EnvironmentReader(env);
  const host = reader.text(functionEnv.redisHost);
  const port = reader.wholeNumber(functionEnv.redisPort, 1, 65_535);
  const secretArn = reader.text(functionEnv.redisAuthSecretArn);
  const subscriptions = reader.parsed(functionEnv.subscriptions, parseSubscriptions) ?? [];
  reader.check();

  // Each part of the way has its own limit below the answer's 2 s, so that the part which is to blame can be named.
  const secrets = new SecretsManagerClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 500, requestTimeout: 800, throwOnRequestTimeout: true },
  });
  const token = authTokenSource(secrets, secretArn);
  return {
    session: new RedisSession({ host, port, token, connectTimeoutMs: 700, commandTimeoutMs: 700 }),
    subscriptions,
    logger: new Logger({ serviceName: 'model-events-health' }),
  };
}

export const handler = createHandler(fromEnvironment(process.env));
