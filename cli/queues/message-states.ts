/** The states of a message in a queue, as `--state` names them. */
import type { QueuedSummary } from '../../contract/operations';
import { type CommandOption, type Invocation, UsageError } from '../command';
import { displayText } from '../display-text';
import { findClaims, findDeadLetters, findDelayed, type Found, findWaiting } from './list-entries';
import type { QueueAccess } from './queue-access';

interface Listed {
  readonly entry: QueuedSummary;
  /** What only this state has: the consumer, the next attempt, the error. */
  readonly details: string;
}

/** The newest messages of a queue in each state; of the delayed ones, those due first. */
const findIn = {
  waiting: async (queueAccess, queue, most) => listed(await findWaiting(queueAccess, queue, most), () => '-'),
  delayed: async (queueAccess, queue, most) =>
    listed(await findDelayed(queueAccess, queue, most), ({ due_at: dueAt }) => `next attempt at ${displayText(dueAt)}`),
  claimed: async (queueAccess, queue, most) =>
    listed(
      await findClaims(queueAccess, queue, most),
      ({ consumer, claimed_at: claimedAt }) => `by ${displayText(consumer)} since ${displayText(claimedAt)}`,
    ),
  dead: async (queueAccess, queue, most) =>
    listed(
      await findDeadLetters(queueAccess, queue, {}, most),
      ({ error_code: code, error_message: message }) => `${displayText(code)}: ${displayText(message)}`,
    ),
} as const satisfies Readonly<
  Record<string, (access: QueueAccess, queue: string, most: number) => Promise<Found<Listed>>>
>;

export type MessageState = keyof typeof findIn;

const states = Object.keys(findIn) as readonly MessageState[];

export const stateOption = {
  state: { type: 'string', placeholder: 'STATE', help: `only ${states.join(', ')}; default: every state` },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** The selected states. @throws UsageError */
export function statesOf(invocation: Invocation): readonly MessageState[] {
  const name = invocation.text('state');
  if (name === undefined) return states;
  const selected = states.filter((state) => state === name);
  if (selected.length === 0)
    throw new UsageError(`unknown state "${name.slice(0, 40)}". Available: ${states.join(', ')}`);
  return selected;
}

/** The newest messages of a queue in a state. */
export const findMessages = (
  state: MessageState,
  queueAccess: QueueAccess,
  queue: string,
  most: number,
): Promise<Found<Listed>> => findIn[state](queueAccess, queue, most);

const listed = <Entry extends QueuedSummary>(
  found: Found<Entry>,
  detailsOf: (entry: Entry) => string,
): Found<Listed> => ({ ...found, entries: found.entries.map((entry) => ({ entry, details: detailsOf(entry) })) });
