import { setTimeout as pause } from 'node:timers/promises';
import type { QueueDepths, UnreadableQueue } from '../../contract/operations';
import { escapeInvisible } from '../../contract/invisible-characters';
import type { Command, Invocation } from '../command';
import { queueAccessOptions, withQueueAccess } from '../queues/queue-options';
import { duration } from '../../contract/duration';
import type { Cell } from '../screen';

/** With --watch. */
const watchIntervalMs = 2000;

/** `model-events depths` */
export const depths: Command = {
  name: 'depths',
  summary: 'Show the number of messages in each state, for every service',
  details: `For each queue: waiting, claimed, delayed (scheduled retries), dead letters, and the age of the oldest
waiting message and of the oldest claim. --watch repeats this every two seconds until Ctrl-C.
Exit code 1 if a queue cannot be read.`,
  options: { ...queueAccessOptions, watch: { type: 'boolean', help: 'repeat every two seconds' } },
  examples: [
    ['model-events depths -e development', 'the current counts'],
    ['model-events depths --local --watch', 'the queues of `make local`, repeatedly'],
  ],
  run: (invocation) =>
    withQueueAccess(invocation, async (queueAccess) => {
      for (;;) {
        const { queues } = await queueAccess.ask({ action: 'depths' });
        show(queues, invocation);
        if (!invocation.flag('watch')) return queues.some(isUnreadable) ? 1 : 0;
        await pause(watchIntervalMs);
      }
    }),
};

const isPaused = (queue: QueueDepths | UnreadableQueue): queue is QueueDepths =>
  !isUnreadable(queue) && queue.paused !== null;

const isUnreadable = (queue: QueueDepths | UnreadableQueue): queue is UnreadableQueue => 'error' in queue;

function show(queues: readonly (QueueDepths | UnreadableQueue)[], invocation: Invocation): void {
  const { screen, json } = invocation;
  if (json) {
    for (const queue of queues) screen.jsonLine(queue);
    return;
  }
  if (invocation.flag('watch')) screen.line(`\n${new Date().toISOString()}`);
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
