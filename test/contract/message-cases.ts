/** The cases of contract/cases/messages.jsonl: a text in a queue, and how every client reads it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface MessageCase {
  readonly title: string;
  readonly text: string;
  readonly verdict: 'accepted' | 'refused';
  /** Of an accepted message: envelope fields as the handler gets them, with 0 or null for those that it does not have. */
  readonly reads?: Readonly<Record<string, unknown>>;
  /** Of a refused JSON object: the fields that the error names. */
  readonly broken?: readonly string[];
}

export function readMessageCases(file = join(__dirname, '../../contract/cases/messages.jsonl')): MessageCase[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as MessageCase);
}
