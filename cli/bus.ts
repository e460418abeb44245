/** The pipeline's beginning, as an operator reaches it: the bus of an environment, or that of `make local`. */
import { ListTargetsByRuleCommand, type Target, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { eventBusName, registrationRule } from '../contract/event-source';
import { Account } from './account';
import { isAbsent } from './aws-error';
import { CommandError, type Invocation } from './command';
import { findLocalPipeline } from './local-pipeline';

export interface Bus {
  /** Whose it is, for people: `development`, `make local`. */
  readonly place: string;
  readonly name: string;
  /** Where EventBridge and SQS are. */
  readonly account: Account;
}

/** The bus that `-e` or `--local` means. @throws CommandError where `make local` does not run */
export async function chosenBus(invocation: Invocation): Promise<Bus> {
  if (invocation.flag('local')) {
    const { bus } = await findLocalPipeline();
    if (bus === undefined) throw new CommandError('this `make local` has no bus: end it, and start it again');
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
 * Where the rule writes registrations: the buffer.
 * @throws CommandError where there is no such rule. EventBridge itself takes events for a bus that is not there, and drops them.
 */
export async function registrationTarget({ place, name, account }: Bus): Promise<Target> {
  try {
    const { Targets: targets = [] } = await account
      .client(EventBridgeClient)
      .send(new ListTargetsByRuleCommand({ EventBusName: name, Rule: registrationRule }));
    const [target] = targets;
    if (target !== undefined) return target;
    throw new CommandError(
      `rule ${registrationRule} on bus ${name} leads nowhere: deploy ModelEvents-${place} again, events are lost until then`,
    );
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw new CommandError(
      `there is no bus ${name} with a rule ${registrationRule}: deploy ModelEvents-${place} first, or look at --profile`,
    );
  }
}
