/** An action on dead letters or claims that the console offers: its entries, limits and progress. */
import { randomUUID } from 'node:crypto';
import { type DeadLetterPass, isExamined, newPass } from '../contract/operation-pages';
import type { Outcome, Selection } from '../contract/operations';
import type { Verb } from './request';

/** The `nonce` identifies the button too: pressing it twice starts one job. */
export interface Plan extends DeadLetterPass {
  readonly verb: Verb;
  readonly queue: string;
  readonly select: Selection;
  /** Later dead letters and claims are not affected: the user has not confirmed them. */
  readonly until: string;
  /** Number of entries that the user confirms. */
  readonly expected: number;
  /** False if the list was too long to count completely: more entries may match. */
  readonly counted: boolean;
  /** The list's length; entries that arrive later are not examined. */
  readonly total: number;
  readonly results: Readonly<Partial<Record<Outcome['result'], number>>>;
}

/** Position of entries in a list, counted from its old end. */
export interface Place {
  readonly near: number;
  readonly total: number;
}

/** A plan for entries by id. @param until later entries are not affected */
export function planForIds(verb: Verb, queue: string, ids: readonly string[], until: string, place: Place): Plan {
  const plan = newPlan(verb, queue, { ids }, until, place.total);
  return { ...plan, expected: ids.length, ...newPass(plan.nonce, place.total, place.near) };
}

/** True if every entry is examined or every selected id is found. */
export function isDone(plan: Plan): boolean {
  const { select, results } = plan;
  return isExamined(plan) || (select.ids !== undefined && doneIn(results) >= select.ids.length);
}

export const doneIn = (results: Plan['results']): number => Object.values(results).reduce((sum, each) => sum + each, 0);

/** Newest of the times, which are by Redis' clock; without any, the local time. */
export function newestOf(times: readonly (string | null)[]): string {
  const known = times.filter(
    (time) => time !== null && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time),
  ) as string[];
  return known.sort().at(-1) ?? new Date().toISOString();
}

/** A plan for every entry of a list that matches `select`. */
export function newPlan(verb: Verb, queue: string, select: Selection, until: string, total: number): Plan {
  return {
    ...newPass(randomUUID(), total),
    verb,
    queue,
    select,
    until,
    expected: total,
    counted: true,
    total,
    results: {},
  };
}
