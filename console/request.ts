/** A console request: the same flat fields in a page's URL, its forms and a widget's actions. */
import type { Selection } from '../contract/operations';

const views = [
  'overview',
  'queued',
  'dead-letters',
  'dead-letter',
  'claims',
  'message-status',
  'confirmation',
  'work',
] as const;
const verbs = ['redrive', 'discard', 'release'] as const;
/** Longest value of each field, in characters. */
const fields = {
  queue: 60,
  /** `waiting` or `delayed`. */
  state: 8,
  id: 16,
  /** Entries before the page, from the newest. */
  offset: 9,
  /** Position of an entry in the list, counted from the oldest: saves a search. */
  near: 9,
  error: 200,
  model: 256,
  /** A key of {@link sinceChoices}. */
  since: 8,
  message_id: 128,
  verb: 16,
  /** `page`: the check boxes of the page are checked. */
  checked: 4,
  /** `all`: dead letters are counted by error up to the time limit. */
  count: 3,
  /** `selected`: the entries in `ids`; otherwise all that match `error`, `model` and `since`. */
  scope: 16,
  /** Comma separated. */
  ids: 4000,
  /** A plan signed by {@link PlanSignature}. */
  signedPlan: 8000,
} as const;

/** Each is registered in `pages.ts`. */
export type ViewName = (typeof views)[number];
export type Verb = (typeof verbs)[number];
export type ConsoleRequest = { readonly view: ViewName } & Readonly<Partial<Record<keyof typeof fields, string>>>;

export const sinceChoices: Readonly<Record<string, { readonly label: string; readonly minutes: number }>> = {
  '15m': { label: 'the last 15 minutes', minutes: 15 },
  '1h': { label: 'the last hour', minutes: 60 },
  '24h': { label: 'the last 24 hours', minutes: 1440 },
  '7d': { label: 'the last 7 days', minutes: 10_080 },
};

/** Reads the valid fields and ignores others. Without a known view, the request is for the overview. */
export function readRequest(input: Readonly<Record<string, unknown>>): ConsoleRequest {
  const view = views.find((name) => name === input['view']) ?? 'overview';
  const valid = Object.entries(fields).flatMap(([name, longest]): [string, string][] => {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    return typeof value === 'string' && value.trim() !== '' && value.length <= longest ? [[name, value.trim()]] : [];
  });
  return { view, ...Object.fromEntries(valid) };
}

/** A non-negative number of up to 9 digits; otherwise 0. */
export function countIn(text: string | undefined): number {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
}

export function verbIn({ verb }: ConsoleRequest): Verb | undefined {
  return verbs.find((name) => name === verb);
}

export function idsIn({ ids }: ConsoleRequest): readonly string[] {
  return [...new Set((ids ?? '').split(',').filter((id) => id !== ''))];
}

/** A request's filter as a selection of dead letters. */
export function selectionIn({ error, model, since }: ConsoleRequest): Selection {
  const minutes = since === undefined ? undefined : sinceChoices[since]?.minutes;
  return {
    ...(error === undefined ? {} : { error }),
    ...(model === undefined ? {} : { model }),
    ...(minutes === undefined ? {} : { since: new Date(Date.now() - minutes * 60_000).toISOString() }),
  };
}

/** A request's filter fields, for another request. */
export function filterOf({ error, model, since }: ConsoleRequest): Partial<ConsoleRequest> {
  return {
    ...(error === undefined ? {} : { error }),
    ...(model === undefined ? {} : { model }),
    ...(since === undefined ? {} : { since }),
  };
}
