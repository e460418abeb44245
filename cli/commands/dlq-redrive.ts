import type { Command } from '../command';
import { changeOptions } from '../confirmation';
import { queueOptions, withQueueAccess } from '../queues/queue-options';
import { selectionOptions } from '../queues/dead-letter-filter';
import { settleDeadLetters } from '../queues/settle-dead-letters';

/** `model-events dlq redrive` */
export const dlqRedrive: Command = {
  name: 'dlq redrive',
  summary: 'Send dead letters back, one, some or all',
  details: `Each goes back to its queue with retry_count 0. An event that the publisher refused goes through the buffer again: it is
checked again, and reaches every service. Redriving twice sends a message once. Letters that arrive meanwhile stay.
Exit code 1 where a letter had to be left, or the one that was named is not there.`,
  argument: { placeholder: 'ID', required: false, help: "one dead letter's id, as dlq list shows it" },
  options: { ...queueOptions, ...selectionOptions, ...changeOptions },
  examples: [
    ['model-events dlq redrive 0123456789abcdef -e development', 'one'],
    ['model-events dlq redrive -e development --queue hokusai-site --since 2h --dry-run', 'what would be sent back'],
  ],
  run: (invocation) =>
    withQueueAccess(invocation, (queueAccess) => settleDeadLetters(invocation, queueAccess, 'redrive')),
};
