import { isAbsent } from '../aws-error';
import { type Command, CommandError } from '../command';
import { changeOptions } from '../confirmation';

/** `model-events replay cancel` */
export const replayCancel: Command = {
  name: 'replay cancel',
  summary: 'End a replay that is under way',
  details: 'What it has put on the bus already reaches the services; the rest does not come. It can be replayed again.',
  argument: { placeholder: 'NAME', required: true, help: "the replay's name, as replay list shows it" },
  options: { 'dry-run': changeOptions['dry-run'] },
  examples: [['model-events replay cancel hokusai-site.20261123T101502Z -e development', 'that one']],
  run: async (invocation) => {
    const { screen } = invocation;
    const name = invocation.requiredWord();
    const environment = await invocation.environment();
    if (invocation.flag('dry-run')) {
      screen.line(`Would cancel ${name} in ${environment.environment}.`);
      return 0;
    }
    try {
      const { CancelReplayCommand, EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
      const { State: state } = await invocation
        .account(environment)
        .client(EventBridgeClient)
        .send(new CancelReplayCommand({ ReplayName: name }));
      if (invocation.json) screen.json({ name, state });
      else screen.line(`${name}: ${(state ?? 'CANCELLING').toLowerCase()}.`);
      return 0;
    } catch (error) {
      if (isAbsent(error)) throw new CommandError(`there is no replay ${name}: replay list shows those that there are`);
      if (error instanceof Error && error.name === 'IllegalStatusException') {
        throw new CommandError(`${name} has ended already: there is nothing to cancel`);
      }
      throw error;
    }
  },
};
