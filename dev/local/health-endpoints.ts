/** The deployed function's `/live`, `/ready`, `/health` and `/messages/<message_id>`, on the local Redis. */
import type { HealthThresholds } from '../../contract/health-thresholds';
import type { Subscription } from '../../contract/subscriptions';
import { answer, isHealthPath } from '../../lambda/health/answer';
import { httpAnswer, type HttpAnswer } from '../../lambda/health/http-answer';
import { RedisSession, type SessionOptions } from '../../queue/session';

export interface HealthEndpointsOptions {
  readonly redis: SessionOptions;
  readonly subscriptions: readonly Subscription[];
  /** From where on a queue is a warning. @default those of the consumer package */
  readonly thresholds?: HealthThresholds | undefined;
}

/**
 * Answers one request, within 2 s whatever Redis does.
 * @param path the URL's, without a query
 * @param method as in `GET`
 * @returns undefined where the path is none of these
 */
export type AnswerHealth = (path: string, method: string) => Promise<HttpAnswer> | undefined;

/** A server calls this before its own routes. No connection stays open between requests. */
export function healthEndpoints({ redis, subscriptions, thresholds }: HealthEndpointsOptions): AnswerHealth {
  const answerOne = async (path: string, method: string): Promise<HttpAnswer> => {
    // One of its own: requests come at the same time here, and the health check drops its connection at its limit.
    const session = new RedisSession({ ...redis, connectTimeoutMs: 700, commandTimeoutMs: 700 });
    try {
      return httpAnswer(await answer(method, path, { session, subscriptions, thresholds }));
    } finally {
      session.close();
    }
  };
  return (path, method) => (isHealthPath(path) ? answerOne(path, method) : undefined);
}
