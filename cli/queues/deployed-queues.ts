import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  type Action,
  type Answer,
  liveAlias,
  type Operation,
  operationsFunctionName,
  type Reply,
} from '../../contract/operations';
import { endpointHint, isAbsent } from '../aws-error';
import { CommandError, type Invocation } from '../command';
import type { QueueAccess } from './queue-access';

/** Invokes the environment's operations function with the operator's credentials. */
export async function deployedQueueAccess(invocation: Invocation): Promise<QueueAccess> {
  const environment = await invocation.environment();
  const account = invocation.account(environment);
  const name = operationsFunctionName(environment.environment);
  // For the function's audit log; CloudTrail has AWS's own record.
  const { Arn: caller = 'unknown' } = await account.client(STSClient).send(new GetCallerIdentityCommand({}));

  const invoke = async (operation: Operation): Promise<{ failed: boolean; text: string }> => {
    const Payload = Buffer.from(JSON.stringify({ ...operation, caller: caller.slice(0, 256) }));
    try {
      const command = new InvokeCommand({ FunctionName: name, Qualifier: liveAlias, Payload });
      const answer = await account.client(LambdaClient).send(command);
      return { failed: answer.FunctionError !== undefined, text: Buffer.from(answer.Payload ?? []).toString() };
    } catch (error) {
      if (!isAbsent(error)) throw error;
      throw new CommandError(
        `Function ${name}:${liveAlias} not found: deploy ModelEvents-${environment.environment} first.${endpointHint()}`,
      );
    }
  };
  return {
    place: environment.environment,
    subscriptions: environment.subscriptions,
    ask: async <A extends Action>(operation: Operation & { readonly action: A }): Promise<Answer<A>> => {
      const { failed, text } = await invoke(operation);
      if (failed) throw new CommandError(`${name} failed; check its log. Error: ${text.slice(0, 300)}`);
      const reply = JSON.parse(text) as Reply<A>;
      if ('error' in reply) throw new CommandError(reply.error);
      return reply.answer;
    },
    close: () => undefined,
  };
}
