import type { Command } from '../command';

/** `model-events ecs diff` */
export const ecsDiff: Command = {
  name: 'ecs diff',
  summary: 'Show what the Services stack would change in the running task definitions',
  details: `Synthesizes the app and compares each configured family with its running revision and service. Values of variables
are not printed. Exit code 1 if a service would lose a variable, secret, task role, load balancer or other part of its network.`,
  options: {},
  examples: [['model-events ecs diff -e development', 'before deploying Services/ModelEventsServices-development']],
  run: async (invocation) => {
    const environment = await invocation.environment();
    const { appOf } = await import('../ecs/synthesized-definitions');
    const { showServicesDiff } = await import('../ecs/services-diff');
    return showServicesDiff({
      environment,
      app: appOf(invocation),
      account: invocation.account(environment),
      screen: invocation.screen,
      json: invocation.json,
    });
  },
};
