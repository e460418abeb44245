/** The shared cases of contract/cases: a detail and the verdict that every implementation of the contract returns. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvent } from '../../contract/read-event';
import { eventBody } from '../support/events';

/** A repeated text, which keeps the file of cases readable. */
interface Repeated {
  readonly repeat: string;
  readonly times: number;
}

export interface Verdict {
  /** `skipped`: valid, but not published because its baseline is not validated. */
  readonly verdict: 'published' | 'skipped' | 'refused';
  /** Reason of a refusal. */
  readonly code?: string;
  /** Of a `CONTRACT_VIOLATION`: each broken rule as `<field>: <rule>, got <value>`; fields are counted from the detail. */
  readonly broken?: readonly string[];
}

export interface RegistrationCase extends Verdict {
  readonly title: string;
  readonly detail: string | readonly (string | Repeated)[];
}

export function readCases(file = join(__dirname, '../../contract/cases/model-registered.jsonl')): RegistrationCase[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as RegistrationCase);
}

/** The exact text of the case's detail. */
export function detailTextOf({ detail }: RegistrationCase): string {
  if (typeof detail === 'string') return detail;
  return detail.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join('');
}

/** The verdict of the publisher. */
export function verdictOf(detailText: string): Verdict {
  const reading = readEvent(eventBody(detailText));
  if (reading.kind === 'skipped') return { verdict: 'skipped' };
  if (reading.kind !== 'refused') return { verdict: 'published' };
  const { code, reason } = reading;
  if (code !== 'CONTRACT_VIOLATION') return { verdict: 'refused', code };
  // A semicolon inside a value is written as it is, so no case has one.
  return { verdict: 'refused', code, broken: reason.split('; ').map((each) => each.replace(/^detail\./, '')) };
}
