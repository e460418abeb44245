import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  type Action,
  type Answer,
  type Ask,
  liveAlias,
  type Operation,
  operationsFunctionName,
  type Reply,
} from '../../contract/operations';
import type { Account } from '../account';
import { endpointHint, isAbsent } from '../aws-error';
import { CommandError } from '../command';

/** The operations function does not exist yet. */
export class NotDeployedError extends CommandError {}

/** Invokes an environment's operations function with the operator's credentials. @throws CommandError; NotDeployedError */
export async function operationsFunction(account: Account, environment: string): Promise<Ask> {
  const name = operationsFunctionName(environment);
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
      throw new NotDeployedError(
        `Function ${name}:${liveAlias} not found: deploy ModelEvents-${environment} first.${endpointHint()}`,
      );
    }
  };
  return async <A extends Action>(operation: Operation & { readonly action: A }): Promise<Answer<A>> => {
    const { failed, text } = await invoke(operation);
    if (failed) throw new CommandError(`${name} failed; check its log. Error: ${text.slice(0, 300)}`);
    const reply = JSON.parse(text) as Reply<A>;
    if ('error' in reply) throw new CommandError(reply.error);
    return reply.answer;
  };
}
