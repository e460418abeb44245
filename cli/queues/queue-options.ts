/** Which way, and which queues, the operator chose: through the deployed function, or straight to the Redis of `make local`. */
import type { Subscription } from '../../contract/subscriptions';
import { type CommandOption, type ExitCode, type Invocation, UsageError } from '../command';
import type { QueueAccess } from './queue-access';

/** Of every command that operates the queues. */
export const queueAccessOptions = {
  local: { type: 'boolean', help: 'the queues of `make local` on this machine, instead of -e' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Of those that look at some of the queues only. */
export const queueOptions = {
  ...queueAccessOptions,
  queue: { type: 'string', placeholder: 'QUEUE', help: 'one queue, by its name or its service; all of them' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Does `work` on the way that the operator chose, and closes it. */
export async function withQueueAccess(
  invocation: Invocation,
  work: (queueAccess: QueueAccess) => Promise<ExitCode>,
): Promise<ExitCode> {
  const queueAccess = invocation.flag('local')
    ? await (await import('./local-queues')).localQueueAccess()
    : await (await import('./deployed-queues')).deployedQueueAccess(invocation);
  try {
    return await work(queueAccess);
  } finally {
    queueAccess.close();
  }
}

/** The queues that `--queue` selects; all without it. @throws UsageError that lists the available ones */
export async function selectedQueues(
  queueAccess: QueueAccess,
  invocation: Invocation,
): Promise<readonly Subscription[]> {
  const { queues } = await queueAccess.ask({ action: 'depths' });
  const asked = invocation.text('queue');
  if (asked === undefined) return queues;
  const selected = queues.filter(({ service, queue }) => asked === service || asked === queue);
  if (selected.length > 0) return selected;
  const available = queues.map(({ service, queue }) => `${queue} (${service})`).join(', ');
  throw new UsageError(`${queueAccess.place} has no queue or service "${asked}". Available: ${available}`);
}
