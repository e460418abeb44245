/** The latest row of each fault, from which docs/faults.md is generated: a run of some faults replaces only their rows. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from './catalogue';
import { documentOf } from './document';
import { runConditions } from './run-conditions';
import { isSound, type RecordedRow } from './report';
import type { Row } from './run-fault';

const rowsFile = join(__dirname, 'recorded-rows.json');

export function recordedRows(): RecordedRow[] {
  return JSON.parse(readFileSync(rowsFile, 'utf8')) as RecordedRow[];
}

/** Records the rows of a run that are as they should be, and writes docs/faults.md. */
export function recordRows(rows: readonly Row[], seed: number): void {
  const run = runConditions({ seed });
  const news = new Map<number, RecordedRow>(rows.filter(isSound).map((row) => [row.number, { ...row, run }]));
  const known = new Map(recordedRows().map((row) => [row.number, row]));
  const numbers = faults.map(({ number }) => number);
  const all = numbers.flatMap((number) => news.get(number) ?? known.get(number) ?? []);
  writeFileSync(rowsFile, `[\n${all.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
  writeFileSync(join(__dirname, '../../docs/faults.md'), documentOf(all, numbers));
}
