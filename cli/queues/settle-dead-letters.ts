/** Redrives or discards dead letters: one, the matching ones, or all. */
import { randomUUID } from 'node:crypto';
import { countGroups, groupsOf, lettersIn } from '../../contract/dead-letter-groups';
import {
  type DeadLetterGroup,
  type DeadLetterSummary,
  operationsPage,
  type Outcome,
  outcomeMeanings,
  type Selection,
  type WaitsFor,
} from '../../contract/operations';
import { type DeadLetterPass, isExamined, newPass, settleNextPage } from '../../contract/operation-pages';
import { hopelessIn } from '../../contract/redrive-obstacle';
import type { Subscription } from '../../contract/subscriptions';
import { escapeInvisible } from '../../contract/invisible-characters';
import { type ExitCode, type Invocation } from '../command';
import { confirmed } from '../confirmation';
import { Progress } from '../progress';
import { findDeadLetters, limitOf } from './list-entries';
import { selectedQueues } from './queue-options';
import type { QueueAccess } from './queue-access';
import { selectionOf } from './dead-letter-filter';

/** Entries of each queue that a dry run lists. */
const dryRunEntries = 20;

/** Of all dead letters of a queue, the newest ones whose errors are counted: about a second. */
const countedLetters = 20_000;

interface Planned {
  readonly queue: string;
  readonly selected: number;
  /** The list's length at the start: dead letters that arrive later are not processed. */
  readonly total: number;
  /** Where the search for the dead letters begins, counted from the oldest. */
  readonly near: number;
  /** By error, as far as they were counted. */
  readonly groups: readonly DeadLetterGroup[];
  /** One selection, or the ids of the oldest ones, page by page. */
  readonly selects: readonly Selection[];
}

const leftBehind: readonly Outcome['result'][] = ['foreign', 'needs-buffer', 'no-lease-yet'];

export async function settleDeadLetters(
  invocation: Invocation,
  queueAccess: QueueAccess,
  action: 'redrive' | 'discard',
): Promise<ExitCode> {
  const { screen } = invocation;
  const select = selectionOf(invocation);
  const most = limitOf(invocation);
  const plans: Planned[] = [];
  for (const each of await selectedQueues(queueAccess, invocation))
    plans.push(await planFor(queueAccess, each, select, most));
  const selected = plans.reduce((sum, plan) => sum + plan.selected, 0);
  if (selected === 0) {
    if (!invocation.json) screen.line(`No matching dead letters in ${queueAccess.place}: nothing to ${action}.`);
    // An id that is not found is an error: the dead letter may have been redriven before.
    return select.ids === undefined ? 0 : 1;
  }
  const hasObstacles = action === 'redrive' && warnOfObstacles(invocation, plans, selected);
  if (invocation.flag('dry-run')) return dryRun(invocation, queueAccess, action, plans);
  const where = plans.flatMap(({ queue, selected: of }) => (of === 0 ? [] : [`${of} of ${queue}`])).join(', ');
  const question = `${capital(action)} ${selected} dead letters (${where}) in ${queueAccess.place}?`;
  const isConfirmed = hasObstacles
    ? await confirmed(invocation, question, 'force')
    : selected === 1 || (await confirmed(invocation, question));
  if (!isConfirmed) return 1;
  const outcomes: Outcome[] = [];
  const progress = new Progress(invocation.processContext.stderr, `${action} in ${queueAccess.place}`, selected);
  try {
    for (const plan of plans.filter((each) => each.selected > 0)) {
      for (const each of plan.selects)
        await settle(queueAccess, action, plan, each, (page, { waitsFor }) => {
          outcomes.push(...page);
          if (invocation.json) page.forEach((outcome) => screen.jsonLine(outcome));
          progress.at(outcomes.length, waitsFor && waitingFor(waitsFor));
        });
    }
  } finally {
    // Also after a failed page: the outcomes before it are final.
    progress.end();
    showOutcomes(invocation, outcomes);
  }
  return exitCodeOf(outcomes);
}

/** Prints, by error, which dead letters a redrive does not help, and what to do instead. @returns whether there are any */
function warnOfObstacles({ processContext }: Invocation, plans: readonly Planned[], selected: number): boolean {
  const groups = groupsOf(plans.flatMap((plan) => plan.groups));
  const hopeless = hopelessIn(groups);
  if (hopeless.length === 0) return false;
  const least = lettersIn(groups) < selected ? 'at least ' : '';
  const lines = hopeless.map(
    ({ count, error_code: code, obstacle }) => `  ${count} ${escapeInvisible(code ?? 'not valid')}: ${obstacle}\n`,
  );
  processContext.stderr.write(
    `Warning: ${least}${lettersIn(hopeless)} of ${selected} dead ${selected === 1 ? 'letter' : 'letters'} cannot succeed:\n${lines.join('')}`,
  );
  return true;
}

/** Prints how many entries had each result, for people. */
export function showOutcomes({ screen, json }: Invocation, outcomes: readonly Outcome[]): void {
  for (const [result, meaning] of Object.entries(outcomeMeanings)) {
    const count = outcomes.filter((outcome) => outcome.result === result).length;
    if (count > 0) screen.summary(`${count} ${meaning}`, json);
  }
}

/** 1 where an entry was left in place; entries that were already removed are no failure. */
export const exitCodeOf = (outcomes: readonly Outcome[]): ExitCode =>
  outcomes.some(({ result }) => leftBehind.includes(result)) ? 1 : 0;

async function planFor(
  queueAccess: QueueAccess,
  { queue }: Pick<Subscription, 'queue'>,
  select: Selection,
  most: number,
): Promise<Planned> {
  const all = Object.keys(select).length === 0;
  const limited = most < Infinity;
  const searched = all && !limited ? 1 : (select.ids?.length ?? Infinity);
  const { entries, total, examined } = await findDeadLetters(queueAccess, queue, select, searched);
  if (limited) {
    const oldest = entries.slice(-most);
    const selects = idPages(oldest.map(({ id }) => id).reverse());
    return { queue, selected: oldest.length, total, near: 0, groups: groupsOf(oldest), selects };
  }
  const { groups } = all
    ? await countGroups(queueAccess.ask, queue, select, (counted) => counted.examined < countedLetters)
    : { groups: groupsOf(entries) };
  const near = select.ids === undefined ? 0 : Math.max(0, total - examined);
  return { queue, selected: all ? total : entries.length, total, near, groups, selects: [select] };
}

function idPages(ids: readonly string[]): Selection[] {
  const starts = Array.from({ length: Math.ceil(ids.length / operationsPage) }, (_, page) => page * operationsPage);
  return starts.map((at) => ({ ids: ids.slice(at, at + operationsPage) }));
}

async function dryRun(
  { screen, json }: Invocation,
  queueAccess: QueueAccess,
  action: string,
  plans: readonly Planned[],
): Promise<ExitCode> {
  for (const { queue, selected, selects } of plans) {
    const entries: DeadLetterSummary[] = [];
    for (const select of selects)
      if (json || entries.length < dryRunEntries)
        entries.push(...(await findDeadLetters(queueAccess, queue, select, json ? Infinity : dryRunEntries)).entries);
    if (json) entries.forEach((entry) => screen.jsonLine({ ...entry, would: action }));
    else screen.line(`Would ${action} ${selected} dead letters of ${queue}${selected > 0 ? ':' : ''}`);
    if (json) continue;
    for (const { id, message_id: message } of entries) screen.line(`  ${id}  ${escapeInvisible(message ?? '-')}`);
    if (selected > entries.length) screen.line(`  and ${selected - entries.length} more`);
  }
  return 0;
}

/**
 * Processes as many entries as existed at the start, oldest first; a message that fails again is added behind them. Waits while
 * another operator redrives or discards dead letters of the queue.
 */
async function settle(
  { ask }: QueueAccess,
  action: 'redrive' | 'discard',
  { queue, total, selected, near }: Planned,
  select: Selection,
  onPage: (outcomes: readonly Outcome[], pass: DeadLetterPass) => void,
): Promise<void> {
  let done = 0;
  let pass: DeadLetterPass = newPass(randomUUID(), total, near);
  while (!isExamined(pass) && done < Math.min(selected, select.ids?.length ?? selected)) {
    const { outcomes, ...position } = await settleNextPage(ask, action, queue, select, pass);
    pass = position;
    done += outcomes.length;
    onPage(outcomes, pass);
  }
  await ask({ action: 'end-pass', queue, pass: pass.nonce });
}

function waitingFor({ caller, until }: WaitsFor): string {
  return `waiting for ${escapeInvisible(caller)} to finish with these dead letters; if that program has ended, until ${until}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
