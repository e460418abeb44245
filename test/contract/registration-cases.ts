/** The shared cases of contract/cases: what a detail is, and what every implementation of the contract says of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvent } from '../../contract/read-event';
import { eventBody } from '../support/events';

/** A text that is repeated, so that the file of cases stays readable. */
interface Repeated {
  readonly repeat: string;
  readonly times: number;
}

export interface Verdict {
  /** `skipped`: right, but its baseline is not validated, so nobody gets it. */
  readonly verdict: 'published' | 'skipped' | 'refused';
  /** Why it was refused. */
  readonly code?: string;
  /** Of a `CONTRACT_VIOLATION`: each broken rule as `<field>: <rule>, got <value>`; fields are counted from the detail. */
  readonly broken?: readonly string[];
}

export interface RegistrationCase extends Verdict {
  readonly says: string;
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

/** What the publisher says of it. */
export function verdictOf(detailText: string): Verdict {
  const reading = readEvent(eventBody(detailText));
  if (reading.kind === 'skipped') return { verdict: 'skipped' };
  if (reading.kind !== 'refused') return { verdict: 'published' };
  const { code, reason } = reading;
  if (code !== 'CONTRACT_VIOLATION') return { verdict: 'refused', code };
  // A semicolon inside a value is written as it is, so no case has one.
  return { verdict: 'refused', code, broken: reason.split('; ').map((each) => each.replace(/^detail\./, '')) };
}
