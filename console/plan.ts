/** An action on dead letters or claims that the console offers: its entries, limits and progress. */
import { randomUUID } from 'node:crypto';
import type { Outcome, Selection } from '../contract/operations';
import type { Verb } from './request';

export interface Plan {
  /** Identifies the button: pressing it twice starts one job. */
  readonly nonce: string;
  readonly verb: Verb;
  readonly queue: string;
  readonly select: Selection;
  /** Later dead letters and claims are not affected: the user has not confirmed them. */
  readonly until: string;
  /** Number of entries that the user confirms. */
  readonly expected: number;
  /** False if the list was too long to count completely: more entries may match. */
  readonly counted: boolean;
  /** Entries of the list's `total` that are not examined yet. */
  readonly left: number;
  readonly total: number;
  /** Examined entries that stay, at the end where the plan starts. */
  readonly kept: number;
  /** Entries before the start position, if the plan starts further in: examined last. */
  readonly before: number;
  readonly results: Readonly<Partial<Record<Outcome['result'], number>>>;
}

/** Position of entries in a list, counted from its old end. */
export interface Place {
  readonly near: number;
  readonly total: number;
}

/** A plan for entries by id. @param until later entries are not affected */
export function planForIds(verb: Verb, queue: string, ids: readonly string[], until: string, place: Place): Plan {
  const near = Math.min(place.near, place.total);
  const plan = newPlan(verb, queue, { ids }, until, place.total);
  return { ...plan, expected: ids.length, kept: near, left: place.total - near, before: near };
}

/** True if every entry is examined or every selected id is found. */
export function isDone({ left, before, select, results }: Plan): boolean {
  return (left === 0 && before === 0) || (select.ids !== undefined && doneIn(results) >= select.ids.length);
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
  const start = { kept: 0, left: total, before: 0, results: {} };
  return { nonce: randomUUID(), verb, queue, select, until, expected: total, counted: true, total, ...start };
}
