import { Logger } from '@aws-lambda-powertools/logger';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { functionEnv } from '../../contract/function-env';
import { type Answer, type Operation, OperationError, readOperation, type Reply } from '../../contract/operations';
import { parseSubscriptions } from '../../contract/subscriptions';
import { RedisError } from '../../queue/errors';
import { type OperatedQueues, perform } from '../../queue/operations/perform';
import { RedisSession } from '../../queue/session';
import { authTokenSource } from '../runtime/auth-token';
import { awsFailure } from '../runtime/aws-failure';
import { EnvironmentReader } from '../runtime/environment';
import { touchedBy } from './touched';

/** What the operations function works with. */
export interface OperationsDependencies extends OperatedQueues {
  readonly logger: Logger;
}

/** One operation in, its answer or the reason why there is none out. Every request is logged, with what it touched. */
export function createHandler(dependencies: OperationsDependencies) {
  const { logger } = dependencies;
  return async (event: unknown): Promise<Reply> => {
    let operation: Operation | undefined;
    try {
      operation = readOperation(event);
      const answer: Answer = await perform(operation, dependencies);
      logger.info('operation', { ...asked(operation), ...touchedBy(answer) });
      return { answer };
    } catch (error) {
      if (!(error instanceof OperationError || error instanceof RedisError || error instanceof BufferError))
        throw error;
      logger.warn('operation failed', { ...(operation && asked(operation)), reason: error.message });
      return { error: error.message };
    }
  };
}

/** SQS did not take an event; its dead letter stays where it is. */
class BufferError extends Error {
  override readonly name = 'BufferError';
}

function asked({ action, caller, ...rest }: Operation): Record<string, unknown> {
  return { action, caller: caller ?? 'unknown', asked: rest };
}

function fromEnvironment(env: NodeJS.ProcessEnv): OperationsDependencies {
  const reader = new EnvironmentReader(env);
  const host = reader.text(functionEnv.redisHost);
  const port = reader.wholeNumber(functionEnv.redisPort, 1, 65_535);
  const secretArn = reader.text(functionEnv.redisAuthSecretArn);
  const subscriptions = reader.parsed(functionEnv.subscriptions, parseSubscriptions) ?? [];
  const bufferUrl = reader.text(functionEnv.bufferUrl);
  reader.check();

  const limits = {
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  };
  // Where the VPC has interface endpoints, the way to SQS is AWS_ENDPOINT_URL_SQS and not the queue's URL.
  const sqs = new SQSClient({ ...limits, useQueueUrlAsEndpoint: false });
  const redis = { host, port, token: authTokenSource(new SecretsManagerClient(limits), secretArn) };
  return {
    session: new RedisSession({ ...redis, connectTimeoutMs: 2000, commandTimeoutMs: 5000 }),
    healthSession: new RedisSession({ ...redis, connectTimeoutMs: 700, commandTimeoutMs: 700 }),
    subscriptions,
    sendToBuffer: async (eventText) => {
      try {
        await sqs.send(new SendMessageCommand({ QueueUrl: bufferUrl, MessageBody: eventText }));
      } catch (error) {
        throw new BufferError(awsFailure('sending the event to the buffer', error).message);
      }
    },
    logger: new Logger({ serviceName: 'model-events-operations' }),
  };
}

export const handler = createHandler(fromEnvironment(process.env));
