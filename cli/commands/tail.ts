import type { MessageSummary } from '../../contract/operations';
import type { Command, Invocation } from '../command';
import { displayText } from '../display-text';
import { type Interruption, interruptible } from '../interruption';
import { intervalMsOf, intervalOption } from '../queues/interval';
import { countOf, countOption, findArrived, findWaiting } from '../queues/list-entries';
import type { QueueAccess } from '../queues/queue-access';
import { selectedQueues, queueOptions, withQueueAccess } from '../queues/queue-options';

/** Printed messages of a queue that are remembered: newer ones are in front of them. */
const mostSeen = 10_000;

/** `model-events tail` */
export const tail: Command = {
  name: 'tail',
  summary: 'List waiting messages, newest first, and with -f those that arrive',
  details: `Messages that no consumer has claimed yet. The queue is not changed. With -f it then prints the messages that arrive, in
the order of their arrival, until Ctrl-C; a message that is claimed between two looks is not printed: the log has it (logs).`,
  options: {
    ...queueOptions,
    ...countOption,
    follow: { type: 'boolean', short: 'f', help: 'print the messages that arrive, until Ctrl-C' },
    ...intervalOption('--follow'),
  },
  examples: [
    ['model-events tail -e development --queue hokusai-site --count 5', 'the newest messages of one service'],
    ['model-events tail -f --local', 'what arrives in the queues of `make local`'],
  ],
  run: async (invocation) => {
    const intervalMs = intervalMsOf(invocation);
    return withQueueAccess(invocation, async (queueAccess) => {
      const most = countOf(invocation);
      const seen = new Map<string, readonly string[]>();
      for (const { queue } of await selectedQueues(queueAccess, invocation)) {
        const { entries, total } = await findWaiting(queueAccess, queue, most);
        seen.set(
          queue,
          entries.map(({ id }) => id),
        );
        show(queue, entries, total, invocation);
      }
      if (invocation.flag('follow'))
        await interruptible(invocation, (interruption) =>
          follow(invocation, queueAccess, seen, intervalMs, interruption),
        );
      return 0;
    });
  },
};

function show(
  queue: string,
  entries: readonly MessageSummary[],
  total: number,
  { screen, json }: Pick<Invocation, 'screen' | 'json'>,
): void {
  if (json) {
    for (const entry of entries) screen.jsonLine(entry);
    return;
  }
  screen.line(`${queue}: ${entries.length} of ${total} waiting messages`);
  if (entries.length === 0) return;
  screen.table(
    ['message', 'model'],
    entries.map((entry) => [displayText(entry.message_id), displayText(entry.model_id)]),
  );
  screen.line();
}

/** @param seen ids of the printed messages of each queue, newest first */
async function follow(
  { screen, json }: Invocation,
  queueAccess: QueueAccess,
  seen: Map<string, readonly string[]>,
  intervalMs: number,
  interruption: Interruption,
): Promise<void> {
  for (;;) {
    await interruption.pause(intervalMs);
    if (interruption.isRequested) return;
    for (const [queue, before] of seen) {
      const arrived = await findArrived(queueAccess, queue, new Set(before));
      seen.set(queue, [...arrived.map(({ id }) => id), ...before].slice(0, mostSeen));
      for (const entry of arrived.reverse())
        if (json) screen.jsonLine(entry);
        else screen.line(`${queue}  ${displayText(entry.message_id)}  ${displayText(entry.model_id)}`);
    }
  }
}
