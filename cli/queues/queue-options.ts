/** Selects access and queues: the deployed operations function, or the Redis of `make local`. */
import type { Subscription } from '../../contract/subscriptions';
import { type CommandOption, type ExitCode, type Invocation, UsageError } from '../command';
import type { QueueAccess } from './queue-access';

/** Options of every command that operates the queues. */
export const queueAccessOptions = {
  local: { type: 'boolean', help: 'use the queues of `make local` on this machine instead of -e' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Options of commands for a subset of the queues. */
export const queueOptions = {
  ...queueAccessOptions,
  queue: { type: 'string', placeholder: 'QUEUE', help: 'queue name or service; default: all queues' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Runs `work` with the selected access, and closes it. */
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
export function selectedQueues(queueAccess: QueueAccess, invocation: Invocation): readonly Subscription[] {
  const name = invocation.text('queue');
  return name === undefined ? queueAccess.subscriptions : [oneQueue(queueAccess, name)];
}

/** The queue of this name, or of this service. @throws UsageError that lists the available ones */
export function oneQueue({ subscriptions: queues, place }: QueueAccess, name: string): Subscription {
  const [selected] = queues.filter(({ service, queue }) => name === service || name === queue);
  if (selected !== undefined) return selected;
  const available = queues.map(({ service, queue }) => `${queue} (${service})`).join(', ');
  throw new UsageError(`${place} has no queue or service "${name}". Available: ${available}`);
}
