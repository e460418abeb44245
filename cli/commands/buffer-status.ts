import type { Command } from '../command';
import { queueAccessOptions } from '../queues/queue-options';
import { displayText } from '../display-text';
import type { Cell } from '../screen';

/** `model-events buffer status` */
export const bufferStatus: Command = {
  name: 'buffer status',
  summary: 'Show how many events are in the buffer and its dead letter queues',
  details: `buffer: registrations that wait for the publisher (hidden: in progress). redeliveries: registrations that it
returned, as Redis did not take them or no replica confirmed them (hidden: until the next delivery).
dead-letters: events that the publisher could not publish in any attempt. undeliverable: events that EventBridge could
not write to the buffer. SQS counts are approximate. The progress of a move task (buffer redrive) is shown. The
dashboard has the ages.`,
  options: queueAccessOptions,
  examples: [
    ['model-events buffer status -e development', 'the current counts'],
    ['model-events buffer status --local', 'the buffer of `make local`'],
  ],
  run: async (invocation) => {
    const { screen, json } = invocation;
    const { latestTask } = await import('../buffer/move-task');
    const { countsOf, findBufferQueues } = await import('../buffer/queues');
    const { selectedBus } = await import('../bus');
    const bus = await selectedBus(invocation);
    const { buffer, redeliveries, deadLetters, undeliverable } = await findBufferQueues(bus);
    const task = await latestTask(bus, deadLetters);
    const rows: Cell[][] = [];
    for (const queue of [buffer, redeliveries ?? [], deadLetters, undeliverable].flat()) {
      const counts = await countsOf(bus, queue);
      const dead = queue === deadLetters || queue === undeliverable;
      const moving = queue === deadLetters && task !== undefined ? task : undefined;
      if (json) screen.jsonLine({ queue: queue.name, url: queue.url, ...counts, task: moving });
      rows.push([
        queue.name,
        dead && counts.visible > 0 ? { text: String(counts.visible), colour: 'red' } : String(counts.visible),
        String(counts.hidden),
        String(counts.delayed),
      ]);
    }
    if (json) return 0;
    screen.table(['queue', 'waiting', 'hidden', 'delayed'], rows);
    if (task?.runs === true)
      screen.line(`\nA move task is running since ${timeOf(task.startedMs)}: ${task.moved} moved so far.`);
    else if (task?.status === 'FAILED') {
      screen.line(`\nThe last move task failed (${timeOf(task.startedMs)}): ${displayText(task.failure)}`);
    }
    return 0;
  },
};

const timeOf = (ms: number): string => new Date(ms).toISOString();
