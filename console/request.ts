/** What a person asks of the console: the same flat fields in a page's address, in its forms and in a widget's actions. */
import type { Selection } from '../contract/operations';

const views = ['overview', 'dead-letters', 'dead-letter', 'claims', 'message-status', 'confirmation', 'work'] as const;
const verbs = ['redrive', 'discard', 'release'] as const;
/** Longest value of each field, in characters. */
const fields = {
  queue: 60,
  id: 16,
  /** Entries before the page, from the newest. */
  offset: 9,
  /** Where in the list an entry was seen, counted from the oldest: saves looking for it. */
  near: 9,
  error: 200,
  model: 256,
  /** A key of {@link sinceChoices}. */
  since: 8,
  message_id: 128,
  verb: 16,
  /** `selected`: those in `ids`; else all that `error`, `model` and `since` choose. */
  scope: 16,
  /** Comma separated. */
  ids: 4000,
  /** What {@link PlanSignature} made: work that a view of ours offered. */
  signedPlan: 8000,
} as const;

export type View = (typeof views)[number];
export type Verb = (typeof verbs)[number];
export type ConsoleRequest = { readonly view: View } & Readonly<Partial<Record<keyof typeof fields, string>>>;

/** For people, with the minutes that each means. */
export const sinceChoices: Readonly<Record<string, { readonly label: string; readonly minutes: number }>> = {
  '15m': { label: 'the last 15 minutes', minutes: 15 },
  '1h': { label: 'the last hour', minutes: 60 },
  '24h': { label: 'the last 24 hours', minutes: 1440 },
  '7d': { label: 'the last 7 days', minutes: 10_080 },
};

/** Takes what can be a field and leaves the rest: a request that says nothing is for the overview. */
export function readRequest(given: Readonly<Record<string, unknown>>): ConsoleRequest {
  const view = views.find((name) => name === given['view']) ?? 'overview';
  const taken = Object.entries(fields).flatMap(([name, longest]): [string, string][] => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    return typeof value === 'string' && value.trim() !== '' && value.length <= longest ? [[name, value.trim()]] : [];
  });
  return { view, ...Object.fromEntries(taken) };
}

/** A field that counts; 0 where it does not say so. */
export function countIn(text: string | undefined): number {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
}

export function verbIn({ verb }: ConsoleRequest): Verb | undefined {
  return verbs.find((name) => name === verb);
}

export function idsIn({ ids }: ConsoleRequest): readonly string[] {
  return [...new Set((ids ?? '').split(',').filter((id) => id !== ''))];
}

/** The dead letters that a request's filter means. */
export function selectionIn({ error, model, since }: ConsoleRequest): Selection {
  const minutes = since === undefined ? undefined : sinceChoices[since]?.minutes;
  return {
    ...(error === undefined ? {} : { error }),
    ...(model === undefined ? {} : { model }),
    ...(minutes === undefined ? {} : { since: new Date(Date.now() - minutes * 60_000).toISOString() }),
  };
}

/** The filter of a request, for another one. */
export function filterOf({ error, model, since }: ConsoleRequest): Partial<ConsoleRequest> {
  return {
    ...(error === undefined ? {} : { error }),
    ...(model === undefined ? {} : { model }),
    ...(since === undefined ? {} : { since }),
  };
}
