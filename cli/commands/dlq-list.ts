import type { Command } from '../command';
import { countOf, countOption, findDeadLetters } from '../queues/list-entries';
import { selectedQueues, queueOptions, withQueueAccess } from '../queues/queue-options';
import { selectionOf, selectionOptions } from '../queues/dead-letter-filter';
import { displayText } from '../display-text';

/** `model-events dlq list` */
export const dlqList: Command = {
  name: 'dlq list',
  summary: 'The dead letters of Redis, the newest first',
  details: `A dead letter is a message that nobody works on any more: the publisher refused the event, or a service's consumer
gave it up. The id is what dlq show, redrive and discard take.`,
  options: { ...queueOptions, ...selectionOptions, ...countOption },
  examples: [
    ['model-events dlq list -e development', 'the newest of every queue'],
    ['model-events dlq list -e development --queue hokusai-site --error HANDLER_FAILED --since 2h', 'some of one'],
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
