/** Which dead letters an operator means. */
import type { Selection } from '../../contract/operations';
import { textIdPattern } from '../../contract/patterns';
import { type CommandOption, type Invocation, UsageError } from '../command';

export const selectionOptions = {
  error: { type: 'string', placeholder: 'TEXT', help: 'only those with this error code, or this in their message' },
  model: { type: 'string', placeholder: 'MODEL_ID', help: 'only those of this model' },
  since: { type: 'string', placeholder: 'TIME', help: 'only those that failed since: 30m, 2h, 3d, or an ISO time' },
} as const satisfies Readonly<Record<string, CommandOption>>;

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws UsageError for a time or an id that is none */
export function selectionOf(invocation: Invocation): Selection {
  const { word: id } = invocation;
  if (id !== undefined) checkId(id);
  const [error, model, since] = [invocation.text('error'), invocation.text('model'), invocation.text('since')];
  return {
    ...(id === undefined ? {} : { ids: [id] }),
    ...(error === undefined ? {} : { error }),
    ...(model === undefined ? {} : { model }),
    ...(since === undefined ? {} : { since: timeOf(since, 'since') }),
  };
}

/** @throws UsageError for what is no id of a dead letter or a claim */
export function checkId(id: string): void {
  if (!textIdPattern.test(id))
    throw new UsageError(`an id has 16 hex digits, as the lists show them, got "${id.slice(0, 40)}"`);
}

/**
 * @param text `30m`, `2h`, `3d` ago, or an ISO time
 * @param nowMs from when `ago` counts; whoever compares with its own now passes that one
 * @returns ISO 8601 in UTC with milliseconds
 */
export function timeOf(text: string, option: string, nowMs = Date.now()): string {
  const [, number, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (number !== undefined) return new Date(nowMs - Number(number) * (unitMs[unit] ?? 0)).toISOString();
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new UsageError(`--${option} must be 30m, 2h, 3d or a time as 2026-11-23T10:00:00Z, got "${text.slice(0, 40)}"`);
}
