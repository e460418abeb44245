import type { Command } from '../command';
import { changeOptions } from '../confirmation';
import { queueOptions, withQueueAccess } from '../queues/queue-options';
import { selectionOptions } from '../queues/dead-letter-filter';
import { settleDeadLetters } from '../queues/settle-dead-letters';

/** `model-events dlq discard` */
export const dlqDiscard: Command = {
  name: 'dlq discard',
  summary: 'Delete dead letters for good, one, some or all',
  details: `What is deleted is nowhere else but in the archive of events. Letters that arrive meanwhile stay.
Exit code 1 where the one that was named is not there.`,
  argument: { placeholder: 'ID', required: false, help: "one dead letter's id, as dlq list shows it" },
  options: { ...queueOptions, ...selectionOptions, ...changeOptions },
  examples: [
    ['model-events dlq discard 0123456789abcdef -e development', 'one'],
    ['model-events dlq discard -e development --error ID_REUSED --dry-run', 'what would be deleted'],
  ],
  run: (invocation) =>
    withQueueAccess(invocation, (queueAccess) => settleDeadLetters(invocation, queueAccess, 'discard')),
};
