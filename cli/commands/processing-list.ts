import type { Command } from '../command';
import { countOf, countOption, findClaims } from '../queues/list-entries';
import { selectedQueues, queueOptions, withQueueAccess } from '../queues/queue-options';
import { displayText } from '../display-text';

/** `model-events processing list` */
export const processingList: Command = {
  name: 'processing list',
  summary: 'List claimed messages with their consumer and claim time',
  details: `A claim with an expired lease returns to its queue within a minute. The consumer "plain" uses no leases; a claim
without a consumer was made just now.`,
  options: { ...queueOptions, ...countOption },
  examples: [['model-events processing list -e development --queue hokusai-site', 'the claims of one service']],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const { screen, json } = invocation;
      const most = countOf(invocation);
      for (const { queue } of await selectedQueues(queueAccess, invocation)) {
        const { entries, total } = await findClaims(queueAccess, queue, most);
        if (json) {
          for (const entry of entries) screen.jsonLine(entry);
          continue;
        }
        screen.line(`${queue}: ${entries.length} of ${total} claims`);
        if (entries.length === 0) continue;
        screen.table(
          ['id', 'message', 'model', 'consumer', 'claimed at', 'lease ends at', 'started'],
          entries.map((entry) => [
            entry.id,
            displayText(entry.message_id),
            displayText(entry.model_id),
            displayText(entry.consumer),
            displayText(entry.claimed_at),
            displayText(entry.lease_ends_at),
            entry.started ? 'yes' : 'no',
          ]),
        );
        screen.line();
      }
      return 0;
    }),
};
