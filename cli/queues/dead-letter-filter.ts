/** Options that select dead letters. */
import { operationsPage, type Selection } from '../../contract/operations';
import { textIdPattern } from '../../contract/patterns';
import { type CommandOption, type Invocation, UsageError } from '../command';

export const selectionOptions = {
  error: { type: 'string', placeholder: 'TEXT', help: 'only with this error code, or this text in the error message' },
  model: { type: 'string', placeholder: 'MODEL_ID', help: 'only of this model' },
  since: { type: 'string', placeholder: 'TIME', help: 'only failed since: 30m, 2h, 3d ago, or an ISO time' },
} as const satisfies Readonly<Record<string, CommandOption>>;

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws UsageError for an invalid time or id */
export function selectionOf(invocation: Invocation): Selection {
  const { words: ids } = invocation;
  ids.forEach(checkId);
  if (ids.length > operationsPage) throw new UsageError(`give at most ${operationsPage} ids, got ${ids.length}`);
  const [error, model, since] = [invocation.text('error'), invocation.text('model'), invocation.text('since')];
  return {
    ...(ids.length === 0 ? {} : { ids }),
    ...(error === undefined ? {} : { error }),
    ...(model === undefined ? {} : { model }),
    ...(since === undefined ? {} : { since: timeOf(since, 'since') }),
  };
}

/** @throws UsageError for an invalid id of a dead letter or claim */
export function checkId(id: string): void {
  if (!textIdPattern.test(id))
    throw new UsageError(`an id has 16 hex digits, as in the output of the list commands, got "${id.slice(0, 40)}"`);
}

/**
 * @param text `30m`, `2h`, `3d` ago, or an ISO time
 * @param nowMs base of relative times
 * @returns ISO 8601 in UTC with milliseconds
 */
export function timeOf(text: string, option: string, nowMs = Date.now()): string {
  const [, number, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (number !== undefined) return new Date(nowMs - Number(number) * (unitMs[unit] ?? 0)).toISOString();
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new UsageError(`--${option} must be 30m, 2h, 3d or a time as 2026-11-23T10:00:00Z, got "${text.slice(0, 40)}"`);
}
