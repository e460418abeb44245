import { duration } from '../../contract/duration';
import type { Command } from '../command';
import { displayText } from '../display-text';
import { countOf, countOption } from '../queues/list-entries';
import { findMessages, stateOption, statesOf } from '../queues/message-states';
import { queueOptions, selectedQueues, withQueueAccess } from '../queues/queue-options';

/** Characters of a payload in a table; `messages show` prints all. */
const payloadWidth = 40;

/** `model-events messages list` */
export const messagesList: Command = {
  name: 'messages list',
  summary: 'List the messages of the queues with state, age, retries and payload',
  details: `Waiting, claimed and dead messages newest first, delayed ones in the order of their next attempt. The age is the time
since the registration. The table shows the beginning of each payload, --json up to 2,000 characters. No queue is changed.`,
  options: { ...queueOptions, ...stateOption, ...countOption },
  examples: [
    ['model-events messages list -e development', 'the newest messages in each state'],
    ['model-events messages list --state delayed --queue hokusai-site --local', 'what one service tries again'],
  ],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      const { screen, json } = invocation;
      const [selected, most] = [statesOf(invocation), countOf(invocation)];
      const ageOf = (time: string | null): string => {
        const seconds = (Date.now() - Date.parse(time ?? '')) / 1000;
        return Number.isNaN(seconds) ? '-' : duration(Math.max(0, Math.round(seconds)));
      };
      for (const { queue } of await selectedQueues(queueAccess, invocation)) {
        for (const state of selected) {
          const { entries, total } = await findMessages(state, queueAccess, queue, most);
          if (json) {
            for (const { entry } of entries) screen.jsonLine({ state, ...entry });
            continue;
          }
          screen.line(`${queue}: ${entries.length} of ${total} ${state}`);
          if (entries.length === 0) continue;
          screen.table(
            ['message', 'model', 'age', 'retries', ...(state === 'waiting' ? [] : ['details']), 'payload'],
            entries.map(({ entry, details }) => [
              displayText(entry.message_id),
              displayText(entry.model_id),
              ageOf(entry.timestamp),
              entry.retry_count === null ? '-' : String(entry.retry_count),
              ...(state === 'waiting' ? [] : [details]),
              displayText(entry.payload, payloadWidth),
            ]),
          );
          screen.line();
        }
      }
      return 0;
    }),
};
