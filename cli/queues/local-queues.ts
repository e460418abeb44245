/** The queues of the `make local` that runs on this machine. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Action, type Answer, type Operation, OperationError } from '../../contract/operations';
import { RedisError } from '../../queue/errors';
import { perform } from '../../queue/operations/perform';
import { RedisSession } from '../../queue/session';
import { type BufferQueues, findBufferQueues } from '../buffer/queues';
import { localBus } from '../bus';
import { CommandError } from '../command';
import { findLocalPipeline, type LocalPipeline } from '../local-pipeline';
import type { QueueAccess } from './queue-access';

export async function localQueueAccess(environment: Readonly<NodeJS.ProcessEnv>): Promise<QueueAccess> {
  const { redis, subscriptions, bus } = await findLocalPipeline(environment);
  const session = new RedisSession(redis);
  const healthSession = new RedisSession({ ...redis, connectTimeoutMs: 700, commandTimeoutMs: 700 });
  const sending = bus === undefined ? {} : { sendToBuffer: bufferSender(bus) };
  return {
    place: 'make local',
    subscriptions,
    ask: async <A extends Action>(operation: Operation & { readonly action: A }): Promise<Answer<A>> => {
      try {
        return (await perform(operation, { session, healthSession, subscriptions, ...sending })) as Answer<A>;
      } catch (error) {
        if (error instanceof RedisError || error instanceof OperationError) throw new CommandError(error.message);
        throw error;
      }
    },
    close: () => {
      session.close();
      healthSession.close();
    },
  };
}

/** Sends an event that the publisher refused to the buffer again. */
function bufferSender(local: NonNullable<LocalPipeline['bus']>): (eventText: string) => Promise<void> {
  const bus = localBus(local);
  let queues: Promise<BufferQueues> | undefined;
  return async (eventText) => {
    queues ??= findBufferQueues(bus);
    const { buffer } = await queues;
    await bus.account.client(SQSClient).send(new SendMessageCommand({ QueueUrl: buffer.url, MessageBody: eventText }));
  };
}
