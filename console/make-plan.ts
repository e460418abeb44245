/** Creates the plan that the user confirms, from the selected entries. */
import { countGroups, type GroupedDeadLetters } from '../contract/dead-letter-groups';
import {
  type ClaimSummary,
  type DeadLetterGroup,
  type DeadLetterSummary,
  operationsPage,
  type Selection,
} from '../contract/operations';
import { pagesOf } from '../contract/operation-pages';
import { newestOf, newPlan, type Plan, planForIds } from './plan';
import { type ConsoleRequest, countIn, idsIn, selectionIn, type Verb } from './request';
import type { Console } from './renderer';
import { ConsoleError } from './console-error';

/** Of all dead letters of a queue, those whose errors are counted: about a second. Their number is known without. */
const countedLetters = 20_000;

/** A plan with the entries that it affects. */
export interface PlannedAction {
  readonly plan: Plan;
  /** The newest ones, at most {@link operationsPage}; those that were selected, if they are still there. */
  readonly entries: readonly (DeadLetterSummary | ClaimSummary)[];
  /** Of the plan's dead letters, as far as they were counted; none for claims. */
  readonly groups: readonly DeadLetterGroup[];
}

/** Creates the plan for a confirmation request. @throws ConsoleError for an invalid request */
export function planFor(console: Console, request: ConsoleRequest, verb: Verb): Promise<PlannedAction> {
  const ids = request.scope === 'selected' ? idsIn(request) : undefined;
  if (ids?.length === 0) throw new ConsoleError('no entries are selected: select at least one');
  if (ids !== undefined && ids.length > operationsPage) {
    throw new ConsoleError(`at most ${operationsPage} entries can be selected`);
  }
  return verb === 'release' ? releaseFor(console, request, ids) : settleFor(console, request, verb, ids);
}

async function releaseFor(
  { ask, limitMs }: Console,
  request: ConsoleRequest,
  ids?: readonly string[],
): Promise<PlannedAction> {
  const queue = request.queue ?? '';
  const endMs = Date.now() + limitMs;
  let [entries, until, total]: [ClaimSummary[], string | undefined, number] = [[], undefined, 0];
  for await (const page of pagesOf((offset) => ask({ action: 'claims', queue, offset }))) {
    until ??= newestOf(page.entries.map((claim) => claim.claimed_at));
    total = page.total;
    entries = [...entries, ...page.entries.filter(({ id }) => ids?.includes(id) ?? true)];
    if (entries.length >= (ids?.length ?? 0) || Date.now() > endMs) break;
  }
  const boundary = until ?? newestOf([]);
  const plan =
    ids === undefined
      ? newPlan('release', queue, {}, boundary, total)
      : planForIds('release', queue, ids, boundary, { near: 0, total });
  return { plan, entries, groups: [] };
}

async function settleFor(
  { ask, limitMs }: Console,
  request: ConsoleRequest,
  verb: Verb,
  ids?: readonly string[],
): Promise<PlannedAction> {
  const queue = request.queue ?? '';
  const endMs = Date.now() + limitMs;
  const first = await ask({ action: 'dead-letters', queue, offset: 0, select: {} });
  const { total } = first;
  const until = newestOf(first.entries.map((letter) => letter.failed_at));
  const select: Selection = ids === undefined ? selectionIn(request) : { ids };
  const near = Math.min(countIn(request.near), total);
  // The page from which the entries were selected.
  const offset = ids === undefined ? 0 : Math.max(0, total - near - operationsPage);
  const isAll = Object.keys(select).length === 0;
  const continues = ({ entries, examined }: GroupedDeadLetters): boolean =>
    Date.now() < endMs && (isAll ? examined < countedLetters : entries.length < (ids?.length ?? Infinity));
  const counted = await countGroups(ask, queue, select, continues, offset);
  const { entries, groups } = counted;
  if (ids !== undefined) return { plan: planForIds(verb, queue, ids, until, { near, total }), entries, groups };
  const plan = newPlan(verb, queue, select, until, total);
  if (isAll) return { plan, entries, groups };
  const expected = groups.reduce((sum, { count }) => sum + count, 0);
  return { plan: { ...plan, expected, counted: counted.examined >= counted.total }, entries, groups };
}
