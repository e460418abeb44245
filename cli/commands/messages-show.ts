import { escapeInvisible } from '../../contract/invisible-characters';
import { messageIdPattern, messageIdRule } from '../../contract/patterns';
import { type Command, CommandError, pipelineOption, UsageError } from '../command';
import { indentedJson } from '../indented-json';
import { stateOption, statesOf } from '../queues/message-states';
import { queueOptions, selectedQueues, withQueueAccess } from '../queues/queue-options';

/** `model-events messages show` */
export const messagesShow: Command = {
  name: 'messages show',
  summary: 'Show the copies of one message that are in the queues, in full',
  details: `Each service has its own copy. Prints the queue, the state and the complete message as indented JSON with control
characters as \\uXXXX; --raw prints the text as it is in Redis. A handled message is in no queue: see status and logs.`,
  argument: {
    placeholder: 'MESSAGE_ID',
    required: true,
    help: "the event's event_id, or its EventBridge id if it has none",
  },
  options: {
    ...queueOptions,
    ...stateOption,
    raw: { type: 'boolean', help: "print only the messages' texts, not indented" },
  },
  examples: [['model-events messages show registration-4711 -e development', 'the copy of each service']],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const { screen, json } = invocation;
      const id = invocation.requiredWord();
      if (!messageIdPattern.test(id)) throw new UsageError(`a message id has ${messageIdRule}`);
      const selected = statesOf(invocation);
      let shown = 0;
      for (const { queue } of await selectedQueues(queueAccess, invocation)) {
        const { copy } = await queueAccess.ask({ action: 'message-text', queue, message_id: id });
        const state = copy?.place === 'dead-letter' ? 'dead' : copy?.place;
        if (copy === null || state === undefined || !selected.includes(state)) continue;
        shown++;
        if (json) screen.jsonLine({ queue, state, text: copy.text });
        else if (invocation.flag('raw')) screen.line(escapeInvisible(copy.text));
        else screen.line(`${queue}: ${state}\n\n${escapeInvisible(indentedJson(copy.text), '\n')}\n`);
      }
      if (shown > 0) return 0;
      const state = invocation.text('state');
      throw new CommandError(
        `no ${state === undefined ? '' : `${state} `}copy of ${id} is in a queue. Where it went: npx model-events status ${id} ${pipelineOption(invocation)}`,
      );
    }),
};
