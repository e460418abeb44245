import { type Command, UsageError } from '../command';
import { changeOptions } from '../confirmation';
import { queueAccessOptions } from '../queues/queue-options';

const queueNames = ['dead-letters', 'undeliverable'];

/** `model-events buffer redrive` */
export const bufferRedrive: Command = {
  name: 'buffer redrive',
  summary: 'Send what stands in the dead letter queues before the publisher back to the buffer',
  details: `dead-letters is moved by a task of SQS, which goes on when this program ends; one that runs already is followed, not
started twice. undeliverable is received, sent and deleted here, each event deleted after the buffer has taken it. An
event that is sent twice is published once: the publisher knows it by its id. Put the cause right first: what fails
again comes back here. Ctrl-C ends after the batch under way and says what stays. Exit code 1 where something is left.`,
  options: {
    ...queueAccessOptions,
    queue: { type: 'string', placeholder: 'QUEUE', help: `one of them: ${queueNames.join(', ')}; both` },
    'no-wait': { type: 'boolean', help: 'start the task of SQS and do not wait for its end' },
    ...changeOptions,
  },
  examples: [
    ['model-events buffer redrive -e development --dry-run', 'how many would be sent back'],
    ['model-events buffer redrive -e development --queue undeliverable', 'only what EventBridge could not deliver'],
  ],
  run: async (invocation) => {
    const queue = invocation.text('queue');
    if (queue !== undefined && !queueNames.includes(queue)) {
      throw new UsageError(`--queue must be ${queueNames.join(' or ')}, got "${queue.slice(0, 40)}"`);
    }
    const { redriveBuffer } = await import('../buffer/redrive');
    const { chosenBus } = await import('../bus');
    return redriveBuffer(invocation, await chosenBus(invocation), queue);
  },
};
