import type { QueueDepths, UnreadableQueue } from '../../contract/operations';
import { escapeInvisible } from '../../contract/invisible-characters';
import type { Command, ExitCode, Invocation } from '../command';
import { interruptible } from '../interruption';
import { intervalMsOf, intervalOption } from '../queues/interval';
import { queueAccessOptions, withQueueAccess } from '../queues/queue-options';
import { duration } from '../../contract/duration';
import type { Cell } from '../screen';

/** `model-events depths` */
export const depths: Command = {
  name: 'depths',
  summary: 'Show the number of messages in each state, for every service',
  details: `For each queue: waiting, claimed, delayed (scheduled retries), dead letters, and the age of the oldest
waiting message and of the oldest claim. --watch repeats this until Ctrl-C, on a terminal in place.
With --json each line has the time of its counts.
Exit code 1 if a queue cannot be read.`,
  options: {
    ...queueAccessOptions,
    watch: { type: 'boolean', help: 'repeat until Ctrl-C' },
    ...intervalOption('--watch'),
  },
  examples: [
    ['model-events depths -e development', 'the current counts'],
    ['model-events depths --local --watch', 'the queues of `make local`, repeatedly'],
  ],
  run: async (invocation) => {
    const intervalMs = intervalMsOf(invocation);
    return withQueueAccess(invocation, (queueAccess) =>
      interruptible(invocation, async (interruption) => {
        for (;;) {
          const { queues } = await queueAccess.ask({ action: 'depths' });
          show(queues, invocation);
          const code: ExitCode = queues.some(isUnreadable) ? 1 : 0;
          if (!invocation.flag('watch')) return code;
          await interruption.pause(intervalMs);
          if (interruption.isRequested) return code;
        }
      }),
    );
  },
};

const isPaused = (queue: QueueDepths | UnreadableQueue): queue is QueueDepths =>
  !isUnreadable(queue) && queue.paused !== null;

const isUnreadable = (queue: QueueDepths | UnreadableQueue): queue is UnreadableQueue => 'error' in queue;

function show(queues: readonly (QueueDepths | UnreadableQueue)[], invocation: Invocation): void {
  const { screen, json } = invocation;
  const time = new Date().toISOString();
  if (json) {
    for (const queue of queues) screen.jsonLine({ time, ...queue });
    return;
  }
  if (invocation.flag('watch')) {
    screen.clear();
    screen.line(`${screen.isTerminal ? '' : '\n'}${time}`);
  }
  screen.table(
    [
      'service',
      'queue',
      'waiting',
      'oldest',
      'claimed',
      'oldest claim',
      'delayed',
      'dead letters',
      ...(queues.some(isPaused) ? ['state'] : []),
    ],
    queues.map((each): Cell[] => {
      if (isUnreadable(each)) return [each.service, each.queue, { text: 'unreadable', colour: 'red' }];
      return [
        each.service,
        each.queue,
        String(each.depth),
        each.depth === 0 ? '-' : duration(each.oldest_message_seconds),
        String(each.processing),
        each.processing === 0 ? '-' : duration(each.oldest_claim_seconds),
        String(each.delayed),
        each.dead_letters === 0 ? '0' : { text: String(each.dead_letters), colour: 'red' },
        ...(queues.some(isPaused) ? [each.paused === null ? '' : { text: 'paused', colour: 'yellow' as const }] : []),
      ];
    }),
  );
  for (const { queue, paused } of queues.filter(isPaused))
    screen.line(`\n${queue} is paused since ${escapeInvisible(paused ?? '')}`);
  for (const { error } of queues.filter(isUnreadable)) screen.line(`\n${escapeInvisible(error)}`);
}
