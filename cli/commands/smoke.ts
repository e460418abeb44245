import type { Command } from '../command';
import { timeoutOption, timeoutSecondsOf } from '../timeout';

/** `model-events smoke` */
export const smoke: Command = {
  name: 'smoke',
  summary: 'Send a smoke event through a deployed environment and wait for it',
  details: `Puts one event of source hokusai.smoke on the bus and waits until it is in the list model_events:smoke, which no service reads.
The environment's operations function looks for it there, with your right to invoke that function.`,
  options: timeoutOption,
  changes: true,
  examples: [['model-events smoke -e development', 'after `cdk deploy`']],
  run: async (invocation) => {
    const timeoutSeconds = timeoutSecondsOf(invocation);
    const environment = await invocation.environment();
    const account = invocation.account(environment);
    const { deployedQueueAccess } = await import('../queues/deployed-queues');
    const { runSmoke } = await import('../smoke/run-smoke');
    return runSmoke({
      environment,
      account,
      queueAccess: await deployedQueueAccess(invocation),
      timeoutSeconds,
      screen: invocation.screen,
      json: invocation.json,
    });
  },
};
