// A function for tests: performs the action that its event names.
import { setImmediate, setInterval } from 'node:timers';

console.log('loaded');
let invocations = 0;

const actions = {
  context: (_, context) => ({
    name: context.functionName,
    requestId: context.awsRequestId,
    remaining: context.getRemainingTimeInMillis(),
    environment: process.env,
  }),
  count: () => (invocations += 1),
  log: ({ lines }) => lines.forEach((line, index) => process[index % 2 === 0 ? 'stdout' : 'stderr'].write(line)),
  throw: ({ message }) => {
    throw new RangeError(message);
  },
  hang: () => new Promise((resolve) => setInterval(resolve, 2 ** 30)),
  spin: () => {
    for (;;);
  },
  exit: () => {
    process.stdout.write('last words');
    process.exit(7);
  },
  pid: async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return process.pid;
  },
};

export const handler = async (event, context) => actions[event.action](event, context);
