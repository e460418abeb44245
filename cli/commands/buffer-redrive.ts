import { type Command, UsageError } from '../command';
import { changeOptions } from '../confirmation';
import { queueAccessOptions } from '../queues/queue-options';

const queueNames = ['dead-letters', 'undeliverable'];

/** `model-events buffer redrive` */
export const bufferRedrive: Command = {
  name: 'buffer redrive',
  summary: 'Send events from the dead letter queues of the buffer and the rule back to the buffer',
  details: `An SQS task moves dead-letters; it continues when this program ends. A running task is followed, not started twice.
This program receives, sends and deletes undeliverable; it deletes an event after the buffer has accepted it. An event
that is sent twice is published once: the publisher deduplicates by id. Fix the cause first: events that fail again
return to these queues. Ctrl-C stops after the current batch and prints what is left. Exit code 1 if events are left.`,
  options: {
    ...queueAccessOptions,
    queue: { type: 'string', placeholder: 'QUEUE', help: `${queueNames.join(' or ')}; default: both` },
    'no-wait': { type: 'boolean', help: 'start the SQS task and do not wait for it' },
    ...changeOptions,
  },
  changes: true,
  examples: [
    ['model-events buffer redrive -e development --dry-run', 'print how many events would be sent back'],
    [
      'model-events buffer redrive -e development --queue undeliverable',
      'only events that EventBridge could not deliver',
    ],
  ],
  run: async (invocation) => {
    const queue = invocation.text('queue');
    if (queue !== undefined && !queueNames.includes(queue)) {
      throw new UsageError(`--queue must be ${queueNames.join(' or ')}, got "${queue.slice(0, 40)}"`);
    }
    const { redriveBuffer } = await import('../buffer/redrive');
    const { selectedBus } = await import('../bus');
    return redriveBuffer(invocation, await selectedBus(invocation), queue);
  },
};
