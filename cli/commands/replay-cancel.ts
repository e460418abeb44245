import { isAbsent } from '../aws-error';
import { type Command, CommandError } from '../command';
import { changeOptions } from '../confirmation';

/** `model-events replay cancel` */
export const replayCancel: Command = {
  name: 'replay cancel',
  summary: 'Cancel a running replay',
  details:
    'Events that were replayed already reach the services; the others are not replayed. You can replay them later.',
  argument: { placeholder: 'NAME', required: true, help: 'name of the replay, from replay list' },
  options: { 'dry-run': changeOptions['dry-run'] },
  changes: true,
  examples: [['model-events replay cancel hokusai-site.20261123T101502Z -e development', 'cancels that replay']],
  run: async (invocation) => {
    const { screen } = invocation;
    const name = invocation.requiredWord();
    const environment = await invocation.environment();
    if (invocation.flag('dry-run')) {
      if (invocation.json) screen.json({ name, would: 'cancel' });
      else screen.line(`Would cancel ${name} in ${environment.environment}.`);
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
      if (isAbsent(error)) throw new CommandError(`Replay ${name} not found: run replay list`);
      if (error instanceof Error && error.name === 'IllegalStatusException') {
        throw new CommandError(`Replay ${name} has ended: nothing to cancel`);
      }
      throw error;
    }
  },
};
