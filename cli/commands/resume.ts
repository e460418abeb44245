import type { Command } from '../command';
import { oneQueue, queueAccessOptions, withQueueAccess } from '../queues/queue-options';

/** `model-events resume` */
export const resume: Command = {
  name: 'resume',
  summary: 'Let consumers claim messages of a paused queue again',
  details: 'Consumers resume within seconds. A queue that is not paused stays as it is.',
  argument: { placeholder: 'QUEUE', required: true, help: 'queue name or service' },
  options: queueAccessOptions,
  changes: true,
  examples: [['model-events resume hokusai-token -e development', 'after an outage']],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const { queue } = await oneQueue(queueAccess, invocation.requiredWord());
      const answer = await queueAccess.ask({ action: 'resume', queue });
      if (invocation.json) invocation.screen.json({ queue, ...answer });
      else invocation.screen.line(answer.resumed ? `${queue} is resumed` : `${queue} was not paused`);
      return 0;
    }),
};
