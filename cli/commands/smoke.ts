import { type Command, UsageError } from '../command';

/** `model-events smoke` */
export const smoke: Command = {
  name: 'smoke',
  summary: 'Send a smoke event through a deployed environment and wait for it',
  details: `Puts one event of source hokusai.smoke on the bus; it ends in the list model_events:smoke, which no service reads.
It is awaited there, by the environment's operations function, with your own right to invoke it; with --redis (from inside
the VPC) straight, with the token from Secrets Manager or --token-file.`,
  options: {
    redis: { type: 'boolean', help: 'look into Redis, which this machine can reach' },
    host: { type: 'string', placeholder: 'HOST', help: "Redis host; the configuration's" },
    port: { type: 'string', placeholder: 'PORT', help: "Redis port; the configuration's" },
    'token-file': { type: 'string', placeholder: 'FILE', help: 'file with the token, or with the secret’s JSON' },
    'ca-file': { type: 'string', placeholder: 'FILE', help: 'certificate authority of that Redis, PEM' },
    timeout: { type: 'string', placeholder: 'SECONDS', help: 'how long to wait; 60' },
  },
  examples: [
    ['model-events smoke -e development', 'after `cdk deploy`, from anywhere'],
    ['model-events smoke -e development --redis', 'from a machine inside the VPC'],
  ],
  run: async (invocation) => {
    const timeoutSeconds = secondsOf(invocation.text('timeout'));
    const environment = await invocation.environment();
    const account = invocation.account(environment);
    const { runSmoke } = await import('../smoke/run-smoke');
    return runSmoke({
      environment,
      account,
      redis: invocation.flag('redis')
        ? await (await import('../smoke/redis-target')).redisTarget(invocation, environment, account)
        : await (await import('../queues/deployed-queues')).deployedQueueAccess(invocation),
      timeoutSeconds,
      screen: invocation.screen,
      json: invocation.json,
    });
  },
};

function secondsOf(text = '60'): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 900) return seconds;
  throw new UsageError(`--timeout must be a whole number of seconds from 1 to 900, got "${text}"`);
}
