/** Which way, and which queues, the operator chose: through the deployed function, or straight to the Redis of `make local`. */
import type { Subscription } from '../../contract/subscriptions';
import { type CommandOption, type ExitCode, type Invocation, UsageError } from '../command';
import type { Reach } from './reach';

/** Of every command that operates the queues. */
export const reachOptions = {
  local: { type: 'boolean', help: 'the queues of `make local` on this machine, instead of -e' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Of those that look at some of the queues only. */
export const queueOptions = {
  ...reachOptions,
  queue: { type: 'string', placeholder: 'QUEUE', help: 'one queue, by its name or its service; all of them' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Does `work` on the way that the operator chose, and closes it. */
export async function withReach(invocation: Invocation, work: (reach: Reach) => Promise<ExitCode>): Promise<ExitCode> {
  const reach = invocation.flag('local')
    ? await (await import('./local')).localReach()
    : await (await import('./deployed')).deployedReach(invocation);
  try {
    return await work(reach);
  } finally {
    reach.close();
  }
}

/** The queues that `--queue` means. @throws UsageError naming those that there are */
export async function chosenQueues(reach: Reach, invocation: Invocation): Promise<readonly Subscription[]> {
  const { queues } = await reach.ask({ action: 'depths' });
  const asked = invocation.text('queue');
  if (asked === undefined) return queues;
  const chosen = queues.filter(({ service, queue }) => asked === service || asked === queue);
  if (chosen.length > 0) return chosen;
  const there = queues.map(({ service, queue }) => `${queue} (${service})`).join(', ');
  throw new UsageError(`${reach.place} has no queue or service "${asked}"; there is: ${there}`);
}
