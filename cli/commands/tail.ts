import type { Command } from '../command';
import { countOf, countOption, findWaiting } from '../queues/list-entries';
import { selectedQueues, queueOptions, withQueueAccess } from '../queues/queue-options';
import { displayText } from '../display-text';

/** `model-events tail` */
export const tail: Command = {
  name: 'tail',
  summary: 'List waiting messages, newest first',
  details: 'Messages that no consumer has claimed yet. The queue is not changed.',
  options: { ...queueOptions, ...countOption },
  examples: [['model-events tail -e development --queue hokusai-site --count 5', 'the newest messages of one service']],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const { screen, json } = invocation;
      const most = countOf(invocation);
      for (const { queue } of await selectedQueues(queueAccess, invocation)) {
        const { entries, total } = await findWaiting(queueAccess, queue, most);
        if (json) {
          for (const entry of entries) screen.jsonLine(entry);
          continue;
        }
        screen.line(`${queue}: ${entries.length} of ${total} waiting messages`);
        if (entries.length === 0) continue;
        screen.table(
          ['message', 'model'],
          entries.map((entry) => [displayText(entry.message_id), displayText(entry.model_id)]),
        );
        screen.line();
      }
      return 0;
    }),
};
