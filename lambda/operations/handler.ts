import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { functionEnv } from '../../contract/function-env';
import { type Answer, type Operation, OperationError, readOperation, type Reply } from '../../contract/operations';
import { isObject } from '../../contract/rules';
import { signingKeyIn } from '../../queue/console-key';
import { RedisError } from '../../queue/errors';
import { type OperatedQueues, perform } from '../../queue/operations/perform';
import { RedisSession } from '../../queue/session';
import { tokenSourceOf } from '../runtime/redis-login';
import { awsFailure } from '../runtime/aws-failure';
import { clientLimits } from '../runtime/aws-limits';
import { EnvironmentReader } from '../runtime/environment';
import { BufferError } from './buffer-error';
import { changedMessages } from './audit-fields';
import { answerWidget } from './widget';
import { type Telemetry, telemetryOf, withTelemetry } from '../runtime/invocation';

/** The dependencies of the operations function. */
export interface OperationsDependencies extends OperatedQueues, Telemetry {
  /** Returns the key that signs the plans of the console. */
  readonly signingKey: () => Promise<string>;
  readonly environment: string;
}

/**
 * Performs one operation and returns its answer or the reason of its failure; for CloudWatch's widget, HTML. Logs every request
 * with the messages that it changed.
 */
export function createHandler(dependencies: OperationsDependencies) {
  const { logger, signingKey, environment } = dependencies;
  const answerTo = async (request: unknown): Promise<Answer> => {
    let operation: Operation | undefined;
    try {
      operation = readOperation(request);
      const answer = await perform(operation, dependencies);
      logger.info('operation', { ...asked(operation), ...changedMessages(answer) });
      return answer;
    } catch (error) {
      if (isForeseen(error))
        logger.warn('operation failed', { ...(operation && asked(operation)), reason: error.message });
      throw error;
    }
  };
  return withTelemetry(dependencies, async (event: unknown, context: Context): Promise<Reply | string> => {
    if (isForWidget(event)) {
      return answerWidget(event, { answerTo, signingKey, functionArn: context.invokedFunctionArn, environment });
    }
    try {
      return { answer: await answerTo(event) };
    } catch (error) {
      if (!isForeseen(error)) throw error;
      return { error: error.message };
    }
  });
}

function isForWidget(event: unknown): event is Readonly<Record<string, unknown>> {
  return isObject(event) && ('widgetContext' in event || event['describe'] === true);
}

function isForeseen(error: unknown): error is Error {
  return error instanceof OperationError || error instanceof RedisError || error instanceof BufferError;
}

function asked({ action, caller, ...rest }: Operation): Record<string, unknown> {
  return { action, caller: caller ?? 'unknown', asked: rest };
}

function fromEnvironment(env: NodeJS.ProcessEnv): OperationsDependencies {
  const reader = new EnvironmentReader(env);
  const environment = reader.text(functionEnv.environment);
  const endpoint = reader.redis();
  const login = reader.login();
  const subscriptions = reader.subscriptions();
  const healthThresholds = reader.healthThresholds();
  const durability = reader.durability();
  const bufferUrl = reader.text(functionEnv.bufferUrl);
  reader.check();

  const limits = clientLimits();
  // In a VPC with interface endpoints SQS is reached at AWS_ENDPOINT_URL_SQS, not at the queue's URL.
  const sqs = new SQSClient({ ...limits, useQueueUrlAsEndpoint: false });
  const token = tokenSourceOf(login, limits);
  const redis = { ...endpoint, token };
  const session = new RedisSession({ ...redis, connectTimeoutMs: 2000, commandTimeoutMs: 5000 });
  return {
    signingKey: () => signingKeyIn(session, subscriptions),
    session,
    healthSession: new RedisSession({ ...redis, connectTimeoutMs: 700, commandTimeoutMs: 700 }),
    subscriptions,
    healthThresholds,
    durability,
    sendToBuffer: async (eventText) => {
      try {
        await sqs.send(new SendMessageCommand({ QueueUrl: bufferUrl, MessageBody: eventText }));
      } catch (error) {
        throw new BufferError(awsFailure('sending the event to the buffer', error).message);
      }
    },
    ...telemetryOf('operations', environment),
  };
}

export const handler = createHandler(fromEnvironment(process.env));
