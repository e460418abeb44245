import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { functionEnv } from '../../contract/function-env';
import { isObject } from '../../contract/rules';
import { RedisSession } from '../../queue/session';
import { tokenSourceOf } from '../runtime/redis-login';
import { clientLimits } from '../runtime/aws-limits';
import { EnvironmentReader } from '../runtime/environment';
import { answer, type Answering } from './answer';
import { httpAnswer } from './http-answer';
import { type Telemetry, telemetryOf, withTelemetry } from '../runtime/invocation';

/** A request as the function's URL hands it over, with who signed it. */
export type HealthRequest = LambdaFunctionURLEvent & {
  readonly requestContext: { readonly authorizer?: { readonly iam?: { readonly userArn?: string } } };
};

/** What the health function works with. */
export type HealthDependencies = Answering & Telemetry;

/** A request to the function's URL in, status and JSON out; one log line for each, with who asked. */
export function createHandler(dependencies: HealthDependencies) {
  return withTelemetry(dependencies, async (event: unknown): Promise<LambdaFunctionURLResult> => {
    const startedMs = performance.now();
    if (!isRequest(event)) return notARequest;
    const { method } = event.requestContext.http;
    const answered = await answer(method, event.rawPath, dependencies);
    const { status, headers, body } = httpAnswer(answered);
    dependencies.logger[status >= 500 ? 'error' : 'info']('request', {
      method,
      path: event.rawPath.slice(0, 256),
      status,
      latencyMs: Math.round(performance.now() - startedMs),
      caller: event.requestContext.authorizer?.iam?.userArn,
      ...(status >= 500 ? { body: answered.body } : {}),
    });
    return { statusCode: status, headers: { ...headers }, body };
  });
}

/** The answer to another event, as from the Test button of Lambda's console. */
const notARequest =
  'No health was checked: this function answers HTTP requests to its URL. Run `npx model-events health`, or GET /health with a signed request.';

function isRequest(event: unknown): event is HealthRequest {
  const { rawPath, requestContext } = isObject(event) ? event : {};
  return typeof rawPath === 'string' && isObject(requestContext) && isObject(requestContext['http']);
}

function fromEnvironment(env: NodeJS.ProcessEnv): HealthDependencies {
  const reader = new EnvironmentReader(env);
  const environment = reader.text(functionEnv.environment);
  const redis = reader.redis();
  const login = reader.login();
  const subscriptions = reader.subscriptions();
  const thresholds = reader.healthThresholds();
  const durability = reader.durability();
  reader.check();

  // Each step has a limit below the 2 s of the answer, so that the error names the step that failed.
  const limits = clientLimits({ maxAttempts: 1, connectMs: 500, requestMs: 800 });
  const token = tokenSourceOf(login, limits);
  return {
    session: new RedisSession({ ...redis, token, connectTimeoutMs: 700, commandTimeoutMs: 700 }),
    subscriptions,
    thresholds,
    durability,
    ...telemetryOf('health', environment),
  };
}

export const handler = createHandler(fromEnvironment(process.env));
