/** Doing a plan, a page at a time, from the oldest entry to the newest one that was there when it was made. */
import { operationsPage, type Outcome } from '../contract/operations';
import { isDone, type Plan } from './plan';
import type { Ask } from './renderer';

/**
 * Goes on until it is done or `goOn` says no. What another one does at the same time, or did before, is not done again.
 * @param onPage gets the plan after each page: where the next one fails, that is how far it came
 */
export async function work(plan: Plan, ask: Ask, goOn: () => boolean, onPage: (plan: Plan) => void): Promise<void> {
  let now = plan;
  while (!isDone(now)) {
    now = now.left === 0 ? { ...now, kept: 0, left: now.before, before: 0 } : await workOnPage(now, ask);
    onPage(now);
    if (!goOn()) break;
  }
}

function workOnPage(plan: Plan, ask: Ask): Promise<Plan> {
  return plan.verb === 'release' ? releasePage(plan, ask) : deadLetterPage(plan, plan.verb, ask);
}

async function deadLetterPage(plan: Plan, action: 'redrive' | 'discard', ask: Ask): Promise<Plan> {
  const { queue, kept, until } = plan;
  const examine = Math.min(operationsPage, plan.left);
  const page = await ask({ action, queue, select: { ...plan.select, until }, kept, examine });
  const results = counted(plan.results, page.outcomes);
  // The list may have become shorter than it was.
  const left = page.examined < examine ? 0 : plan.left - examine;
  return { ...plan, results, left, kept: page.kept };
}

/** From the newest claim on: the answer to a release names claims, and a claim that was taken later is another one. */
async function releasePage(plan: Plan, ask: Ask): Promise<Plan> {
  const { queue, select, until, kept } = plan;
  const { entries, examined } = await ask({ action: 'claims', queue, offset: kept });
  const meant = entries.filter(
    ({ id, claimed_at }) => (claimed_at === null || claimed_at <= until) && (select.ids?.includes(id) ?? true),
  );
  const ids = meant.map(({ id }) => id);
  const { outcomes } = ids.length === 0 ? { outcomes: [] } : await ask({ action: 'release', queue, ids });
  const gone = outcomes.filter(({ result }) => result === 'released').length;
  const left = examined < operationsPage ? 0 : Math.max(0, plan.left - examined);
  return { ...plan, results: counted(plan.results, outcomes), left, kept: kept + examined - gone };
}

function counted(results: Plan['results'], outcomes: readonly Outcome[]): Plan['results'] {
  const sums: Partial<Record<Outcome['result'], number>> = { ...results };
  for (const { result } of outcomes) sums[result] = (sums[result] ?? 0) + 1;
  return sums;
}
