/** Creates the plan that the user confirms, from the selected entries. */
import { operationsPage, type Selection } from '../contract/operations';
import { pagesOf } from '../contract/operation-pages';
import { newestOf, newPlan, type Plan, planForIds } from './plan';
import { type ConsoleRequest, countIn, idsIn, selectionIn, type Verb } from './request';
import type { Console } from './renderer';
import { ConsoleError } from './console-error';

/** Creates the plan for a confirmation request. @throws ConsoleError for an invalid request */
export async function planFor(console: Console, request: ConsoleRequest, verb: Verb): Promise<Plan> {
  const queue = request.queue ?? '';
  if (request.scope === 'selected') {
    const ids = idsIn(request);
    if (ids.length === 0) throw new ConsoleError('no entries are selected: select at least one');
    if (ids.length > operationsPage) throw new ConsoleError(`at most ${operationsPage} entries can be selected`);
    const { total, newest } = await firstPage(console, queue, verb);
    return planForIds(verb, queue, ids, newest, { near: Math.min(countIn(request.near), total), total });
  }
  const { total, newest } = await firstPage(console, queue, verb);
  const select = verb === 'release' ? {} : selectionIn(request);
  const plan = newPlan(verb, queue, select, newest, total);
  return Object.keys(select).length === 0 ? plan : { ...plan, ...(await count(console, queue, select)) };
}

async function firstPage(
  { ask }: Console,
  queue: string,
  verb: Verb,
): Promise<{ readonly total: number; readonly newest: string }> {
  if (verb === 'release') {
    const { entries, total } = await ask({ action: 'claims', queue, offset: 0 });
    return { total, newest: newestOf(entries.map((claim) => claim.claimed_at)) };
  }
  const { entries, total } = await ask({ action: 'dead-letters', queue, offset: 0, select: {} });
  return { total, newest: newestOf(entries.map((letter) => letter.failed_at)) };
}

async function count(
  { ask, limitMs }: Console,
  queue: string,
  select: Selection,
): Promise<Pick<Plan, 'expected' | 'counted'>> {
  const endMs = Date.now() + limitMs;
  let expected = 0;
  for await (const page of pagesOf((offset) => ask({ action: 'dead-letters', queue, offset, select }))) {
    expected += page.entries.length;
    if (page.examined === operationsPage && Date.now() > endMs) return { expected, counted: false };
  }
  return { expected, counted: true };
}
