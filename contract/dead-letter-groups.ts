/** Dead letters by error: the operations function counts a part of a list, and its callers add the parts up. */
import {
  type Answer,
  type Ask,
  type DeadLetterGroup,
  type DeadLetterSummary,
  operationsPage,
  type Selection,
} from './operations';

/** The groups of these dead letters or groups, the largest first. */
export function groupsOf(all: readonly (DeadLetterGroup | DeadLetterSummary)[]): DeadLetterGroup[] {
  const groups = new Map<string, DeadLetterGroup>();
  for (const each of all) {
    const { error_code, failed_by } = each;
    const key = JSON.stringify([error_code, failed_by]);
    const count = (groups.get(key)?.count ?? 0) + ('count' in each ? each.count : 1);
    groups.set(key, { error_code, failed_by, count });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** How many dead letters the groups have together. */
export const lettersIn = (groups: readonly DeadLetterGroup[]): number =>
  groups.reduce((sum, { count }) => sum + count, 0);

export interface GroupedDeadLetters extends Pick<Answer<'dead-letter-groups'>, 'groups' | 'entries' | 'total'> {
  /** From `offset` on; fewer than the list's length where `continues` ended the count. */
  readonly examined: number;
}

/**
 * Counts the selected dead letters of a queue by error, request by request, from the newest to older ones.
 * @param continues asked after each request with what is counted so far
 */
export async function countGroups(
  ask: Ask,
  queue: string,
  select: Selection,
  continues: (counted: GroupedDeadLetters) => boolean,
  offset = 0,
): Promise<GroupedDeadLetters> {
  let counted: GroupedDeadLetters = { groups: [], entries: [], examined: 0, total: 0 };
  for (;;) {
    const page = await ask({ action: 'dead-letter-groups', queue, select, offset: offset + counted.examined });
    counted = {
      groups: groupsOf([...counted.groups, ...page.groups]),
      entries: [...counted.entries, ...page.entries].slice(0, operationsPage),
      examined: counted.examined + page.examined,
      total: page.total,
    };
    if (page.examined === 0 || offset + counted.examined >= page.total || !continues(counted)) return counted;
  }
}
