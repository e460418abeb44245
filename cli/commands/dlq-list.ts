import type { Command } from '../command';
import { countOf, countOption, findDeadLetters } from '../queues/list-entries';
import { selectedQueues, queueOptions, withQueueAccess } from '../queues/queue-options';
import { selectionOf, selectionOptions } from '../queues/dead-letter-filter';
import { displayText } from '../display-text';

/** `model-events dlq list` */
export const dlqList: Command = {
  name: 'dlq list',
  summary: 'List the dead letters in Redis, newest first',
  details: `A dead letter is a message that is no longer processed: the publisher refused the event, or a service's consumer
gave up. Use its id with dlq show, redrive and discard.`,
  options: { ...queueOptions, ...selectionOptions, ...countOption },
  examples: [
    ['model-events dlq list -e development', 'the newest dead letters of every queue'],
    [
      'model-events dlq list -e development --queue hokusai-site --error HANDLER_FAILED --since 2h',
      'some dead letters of one queue',
    ],
  ],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const { screen, json } = invocation;
      const [select, most] = [selectionOf(invocation), countOf(invocation)];
      for (const { queue } of await selectedQueues(queueAccess, invocation)) {
        const { entries, total } = await findDeadLetters(queueAccess, queue, select, most);
        if (json) {
          for (const entry of entries) screen.jsonLine(entry);
          continue;
        }
        screen.line(`${queue}: ${entries.length} of ${total} dead letters`);
        if (entries.length === 0) continue;
        screen.table(
          ['id', 'failed at', 'by', 'error', 'reason', 'message', 'model'],
          entries.map((entry) => [
            entry.id,
            displayText(entry.failed_at),
            displayText(entry.failed_by),
            displayText(entry.error_code),
            displayText(entry.error_message),
            displayText(entry.message_id),
            displayText(entry.model_id),
          ]),
        );
        screen.line();
      }
      return 0;
    }),
};
