/** Executes a plan page by page, from the oldest entry to the newest that existed when the plan was made. */
import { type Ask, operationsPage, type Outcome } from '../contract/operations';
import { settleNextPage } from '../contract/operation-pages';
import { isDone, type Plan } from './plan';

/**
 * Runs until the plan is done or `continues` returns false, and waits while another operator's pass over the same dead letters
 * has its turn. Entries that another client has processed are skipped.
 * @param onPage receives the plan after each page: the progress that remains if the next page fails
 */
export async function runPlan(
  plan: Plan,
  ask: Ask,
  continues: () => boolean,
  onPage: (plan: Plan) => void,
): Promise<void> {
  let now = plan;
  while (!isDone(now)) {
    now = now.left === 0 ? { ...now, kept: 0, left: now.before, before: 0 } : await nextPage(now, ask);
    onPage(now);
    if (isDone(now) && now.begun) await ask({ action: 'end-pass', queue: now.queue, pass: now.nonce });
    if (!continues()) break;
  }
}

function nextPage(plan: Plan, ask: Ask): Promise<Plan> {
  return plan.verb === 'release' ? releasePage(plan, ask) : deadLetterPage(plan, plan.verb, ask);
}

async function deadLetterPage(plan: Plan, action: 'redrive' | 'discard', ask: Ask): Promise<Plan> {
  const select = { ...plan.select, until: plan.until };
  const { outcomes, ...position } = await settleNextPage(ask, action, plan.queue, select, plan);
  return { ...plan, ...position, results: counted(plan.results, outcomes) };
}

/** From the newest claim on. A claim taken after the plan was made is not released, even of the same message. */
async function releasePage(plan: Plan, ask: Ask): Promise<Plan> {
  const { queue, select, until, kept } = plan;
  const { entries, examined } = await ask({ action: 'claims', queue, offset: kept });
  const selected = entries.filter(
    ({ id, claimed_at }) => (claimed_at === null || claimed_at <= until) && (select.ids?.includes(id) ?? true),
  );
  const ids = selected.map(({ id }) => id);
  const { outcomes } = ids.length === 0 ? { outcomes: [] } : await ask({ action: 'release', queue, ids });
  const released = outcomes.filter(({ result }) => result === 'released').length;
  const left = examined < operationsPage ? 0 : Math.max(0, plan.left - examined);
  return { ...plan, results: counted(plan.results, outcomes), left, kept: kept + examined - released };
}

function counted(results: Plan['results'], outcomes: readonly Outcome[]): Plan['results'] {
  const sums: Partial<Record<Outcome['result'], number>> = { ...results };
  for (const { result } of outcomes) sums[result] = (sums[result] ?? 0) + 1;
  return sums;
}
