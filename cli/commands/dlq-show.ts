import { readDeadLetter } from '../../contract/dead-letter';
import { escapeInvisible } from '../../contract/invisible-characters';
import { type Command, CommandError, type Invocation } from '../command';
import { selectedQueues, queueOptions, withQueueAccess } from '../queues/queue-options';
import { checkId } from '../queues/dead-letter-filter';
import { indentedJson } from '../indented-json';
import { displayText } from '../display-text';

/** `model-events dlq show` */
export const dlqShow: Command = {
  name: 'dlq show',
  summary: 'Show one dead letter in full',
  details: `Prints the reason and the complete message, as indented JSON with control characters as \\uXXXX; --raw prints its
text as it is in Redis. With --json it prints the dead letter as stored in Redis, on one line.`,
  argument: { placeholder: 'ID', required: true, help: 'id of the dead letter, from dlq list' },
  options: { ...queueOptions, raw: { type: 'boolean', help: "print only the message's text, not indented" } },
  examples: [['model-events dlq show 0123456789abcdef -e development', 'the reason and the message']],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const id = invocation.requiredWord();
      checkId(id);
      for (const { queue } of await selectedQueues(queueAccess, invocation)) {
        const { text } = await queueAccess.ask({ action: 'dead-letter', queue, id });
        if (text === null) continue;
        show(invocation, queue, text);
        return 0;
      }
      throw new CommandError(
        `${queueAccess.place} has no dead letter ${id}: it was redriven or discarded, or never existed`,
      );
    }),
};

function show(invocation: Invocation, queue: string, text: string): void {
  const { screen, json } = invocation;
  const reading = readDeadLetter(text);
  if (json) {
    screen.jsonLine({ queue, text });
    return;
  }
  if (invocation.flag('raw')) {
    screen.line(escapeInvisible(reading.kind === 'foreign' ? text : reading.messageText));
    return;
  }
  screen.line(`queue      ${queue}`);
  if (reading.kind === 'foreign') {
    screen.line(`reason     not a dead letter: ${reading.reason}`);
    screen.line(`\n${escapeInvisible(text)}`);
    return;
  }
  const { error, failed_at: failedAt, failed_by: failedBy } = reading.deadLetter;
  screen.line(`failed at  ${displayText(failedAt)}, by the ${failedBy}`);
  screen.line(`error      ${displayText(error.code)}`);
  screen.line(`reason     ${displayText(error.message, Infinity)}`);
  screen.line(`\n${escapeInvisible(indentedJson(reading.messageText), '\n')}`);
}
