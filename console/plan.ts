/** Work on dead letters or claims that a person was offered: what it is, what it must not touch, how far it is. */
import { randomUUID } from 'node:crypto';
import type { Outcome, Selection } from '../contract/operations';
import type { Verb } from './request';

export interface Plan {
  /** One press of a button; the same again is no second piece of work. */
  readonly nonce: string;
  readonly verb: Verb;
  readonly queue: string;
  readonly select: Selection;
  /** Dead letters that failed later, and claims taken later, are not touched: nobody was asked about them. */
  readonly until: string;
  /** How many are meant, as the person was told. */
  readonly expected: number;
  /** False where the list was too long to be counted through: there may be more. */
  readonly counted: boolean;
  /** Entries still to be looked at, of the list's `total`. */
  readonly left: number;
  readonly total: number;
  /** Entries passed over so far, at the end where the work begins. */
  readonly kept: number;
  /** Entries before the place where the work began, where it began further in: looked at last. */
  readonly before: number;
  readonly results: Readonly<Partial<Record<Outcome['result'], number>>>;
}

/** The part of a list in which entries were seen, counted from its old end. */
export interface Place {
  readonly near: number;
  readonly total: number;
}

/** Work on entries that are named. @param until nothing later is touched */
export function planForIds(verb: Verb, queue: string, ids: readonly string[], until: string, place: Place): Plan {
  const near = Math.min(place.near, place.total);
  const plan = newPlan(verb, queue, { ids }, until, place.total);
  return { ...plan, expected: ids.length, kept: near, left: place.total - near, before: near };
}

/** Every entry was looked at, or all that were named are found. */
export function isDone({ left, before, select, results }: Plan): boolean {
  return (left === 0 && before === 0) || (select.ids !== undefined && doneIn(results) >= select.ids.length);
}

export const doneIn = (results: Plan['results']): number => Object.values(results).reduce((sum, each) => sum + each, 0);

/** By Redis' clock, where it has said anything; ours may be another one. */
export function newestOf(times: readonly (string | null)[]): string {
  const known = times.filter(
    (time) => time !== null && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time),
  ) as string[];
  return known.sort().at(-1) ?? new Date().toISOString();
}

/** For all that `select` chooses of a list. */
export function newPlan(verb: Verb, queue: string, select: Selection, until: string, total: number): Plan {
  const start = { kept: 0, left: total, before: 0, results: {} };
  return { nonce: randomUUID(), verb, queue, select, until, expected: total, counted: true, total, ...start };
}
