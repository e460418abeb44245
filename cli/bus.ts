/** The event bus of an environment or of `make local`. */
import { ListTargetsByRuleCommand, type Target, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { eventBusName, registrationRule } from '../contract/event-source';
import { Account } from './account';
import { isAbsent } from './aws-error';
import { CommandError, type Invocation } from './command';
import { findLocalPipeline } from './local-pipeline';

export interface Bus {
  /** Label for output: `development`, `make local`. */
  readonly place: string;
  readonly name: string;
  /** Account with EventBridge and SQS. */
  readonly account: Account;
}

/** The bus that `-e` or `--local` selects. @throws CommandError if `make local` does not run */
export async function selectedBus(invocation: Invocation): Promise<Bus> {
  if (invocation.flag('local')) {
    const { bus } = await findLocalPipeline(invocation.processContext.environment);
    if (bus === undefined) throw new CommandError('this `make local` has no event bus: restart it');
    return localBus(bus);
  }
  const environment = await invocation.environment();
  const { environment: place } = environment;
  return { place, name: eventBusName(place), account: invocation.account(environment) };
}

/** The bus of a `make local`. */
export const localBus = ({ url, name }: { readonly url: string; readonly name: string }): Bus => ({
  place: 'make local',
  name,
  account: new Account({ region: 'us-east-1', localUrl: url }),
});

/**
 * The target of the rule for registrations: the buffer.
 * @throws CommandError if the rule does not exist. EventBridge accepts events for a bus that does not exist, and drops them.
 */
export async function registrationTarget({ place, name, account }: Bus): Promise<Target> {
  try {
    const { Targets: targets = [] } = await account
      .client(EventBridgeClient)
      .send(new ListTargetsByRuleCommand({ EventBusName: name, Rule: registrationRule }));
    const [target] = targets;
    if (target !== undefined) return target;
    throw new CommandError(
      `rule ${registrationRule} on bus ${name} has no target: deploy ModelEvents-${place} again; events are lost until then`,
    );
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw new CommandError(
      `Bus ${name} with rule ${registrationRule} not found: deploy ModelEvents-${place}, or check --profile`,
    );
  }
}
