import type { Command } from '../command';
import { changeOptions } from '../confirmation';
import { limitOption } from '../queues/list-entries';
import { queueOptions, withQueueAccess } from '../queues/queue-options';
import { selectionOptions } from '../queues/dead-letter-filter';
import { settleDeadLetters } from '../queues/settle-dead-letters';

/** `model-events dlq redrive` */
export const dlqRedrive: Command = {
  name: 'dlq redrive',
  summary: 'Send one, some or all dead letters back',
  details: `Each returns to its queue with retry_count 0. An event that the publisher refused is sent to the buffer: the publisher
checks it again, for every service. Dead letters that cannot succeed, such as violations of the contract, are named before
a confirmation of their own. Redriving twice sends a message once. Dead letters that arrive meanwhile stay.
Exit code 1 if a dead letter was left in place, or none of the IDs is found.`,
  argument: { placeholder: 'ID', required: false, several: true, help: 'ids of dead letters, from dlq list' },
  options: {
    ...queueOptions,
    ...selectionOptions,
    ...limitOption,
    ...changeOptions,
    force: { type: 'boolean', help: 'also redrive dead letters that cannot succeed, without the question about them' },
  },
  changes: true,
  examples: [
    ['model-events dlq redrive 0123456789abcdef -e development', 'one'],
    [
      'model-events dlq redrive -e development --queue hokusai-site --since 2h --dry-run',
      'print what would be sent back',
    ],
    ['model-events dlq redrive -e development --queue hokusai-site --count 10', 'the ten oldest, as a trial'],
  ],
  run: (invocation) =>
    withQueueAccess(invocation, (queueAccess) => settleDeadLetters(invocation, queueAccess, 'redrive')),
};
