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
    ? await (await import('./local-queues')).localQueueAccess(invocation.processContext.environment)
    : await (await import('./deployed-queues')).deployedQueueAccess(invocation);
  try {
    return await work(queueAccess);
  } finally {
    queueAccess.close();
  }
}

/** The queues that `--queue` selects; without it all, also those that no subscription names. @throws UsageError that lists them */
export async function selectedQueues(
  queueAccess: QueueAccess,
  invocation: Invocation,
): Promise<readonly Pick<Subscription, 'queue'>[]> {
  const name = invocation.text('queue');
  return name === undefined
    ? (await queueAccess.ask({ action: 'depths' })).queues
    : [await oneQueue(queueAccess, name)];
}

/** The queue of this name, or of this service. @throws UsageError that lists the available ones */
export async function oneQueue(
  { subscriptions, place, ask }: QueueAccess,
  name: string,
): Promise<Pick<Subscription, 'queue'>> {
  const subscribed = subscriptions.find(({ service, queue }) => name === service || name === queue);
  if (subscribed !== undefined) return subscribed;
  const { queues } = await ask({ action: 'depths' });
  const found = queues.find(({ queue }) => name === queue);
  if (found !== undefined) return found;
  const available = queues.map(({ service, queue }) => `${queue} (${service})`).join(', ');
  throw new UsageError(`${place} has no queue or service "${name}". Available: ${available}`);
}
