import type { Command } from '../command';
import { displayText } from '../display-text';
import { oneQueue, queueAccessOptions, withQueueAccess } from '../queues/queue-options';

/** `model-events pause` */
export const pause: Command = {
  name: 'pause',
  summary: 'Stop consumers from claiming messages of a queue',
  details: `Consumers claim nothing more within seconds; handlers that run finish. Messages wait in the queue until
\`model-events resume\`. A plain consumer (BLMOVE) does not obey: stop it itself. depths and health show the pause.`,
  argument: { placeholder: 'QUEUE', required: true, help: 'queue name or service' },
  options: { ...queueAccessOptions, reason: { type: 'string', placeholder: 'TEXT', help: 'shown to other operators' } },
  changes: true,
  examples: [['model-events pause hokusai-token -e development --reason "RPC node is down"', 'during an outage']],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const { queue } = await oneQueue(queueAccess, invocation.requiredWord());
      const reason = invocation.text('reason');
      const answer = await queueAccess.ask({ action: 'pause', queue, ...(reason === undefined ? {} : { reason }) });
      if (invocation.json) invocation.screen.json({ queue, ...answer });
      else invocation.screen.line(`${queue} is paused since ${displayText(answer.paused, 300)}`);
      return 0;
    }),
};
