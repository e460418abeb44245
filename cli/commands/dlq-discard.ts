import type { Command } from '../command';
import { changeOptions } from '../confirmation';
import { limitOption } from '../queues/list-entries';
import { queueOptions, withQueueAccess } from '../queues/queue-options';
import { selectionOptions } from '../queues/dead-letter-filter';
import { settleDeadLetters } from '../queues/settle-dead-letters';

/** `model-events dlq discard` */
export const dlqDiscard: Command = {
  name: 'dlq discard',
  summary: 'Delete one, some or all dead letters permanently',
  details: `Deleted messages remain only in the event archive. Dead letters that arrive meanwhile stay.
Exit code 1 if none of the IDs is found.`,
  argument: { placeholder: 'ID', required: false, several: true, help: 'ids of dead letters, from dlq list' },
  options: { ...queueOptions, ...selectionOptions, ...limitOption, ...changeOptions },
  changes: true,
  examples: [
    ['model-events dlq discard 0123456789abcdef -e development', 'one'],
    ['model-events dlq discard -e development --error ID_REUSED --dry-run', 'print what would be deleted'],
  ],
  run: (invocation) =>
    withQueueAccess(invocation, (queueAccess) => settleDeadLetters(invocation, queueAccess, 'discard')),
};
