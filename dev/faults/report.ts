/** The results as a table. */
import type { Row } from './run-fault';
import { alignedTable, type Cells, markdownTable } from '../local/text-table';

/** What the table has of a row. */
type ReportedRow = Omit<Row, 'seconds' | 'problems' | 'deadLetters'>;

/** A row and the conditions of its run. */
export interface RecordedRow extends ReportedRow {
  readonly run: string;
}

const columns = [
  ['fault', (row: ReportedRow) => `${row.number} ${row.name}`],
  ['events', (row: ReportedRow) => String(row.events)],
  ['lost', (row: ReportedRow) => String(row.lost)],
  ['wrong dead letters', (row: ReportedRow) => String(row.wrongDeadLetters)],
  ['duplicates', (row: ReportedRow) => String(row.duplicates)],
  ['longest delay', (row: ReportedRow) => `${row.longestDelaySeconds.toFixed(1)} s`],
  ['time to recover', (row: ReportedRow) => `${row.recoverySeconds.toFixed(1)} s`],
  [
    'seen in metrics',
    (row: ReportedRow) =>
      row.alarms.map(({ condition, met }) => (met ? condition : `NOT ${condition}`)).join(', ') || '–',
  ],
] as const satisfies readonly (readonly [string, (row: ReportedRow) => string])[];

/** Whether no event was lost or wrongly dead-lettered, all arrived in time, and the metrics met the alarm conditions. */
export function isSound({ lost, wrongDeadLetters, problems, alarms }: Row): boolean {
  return lost === 0 && wrongDeadLetters === 0 && problems.length === 0 && alarms.every(({ met }) => met);
}

/** For a terminal. */
export function tableOf(rows: readonly Row[]): string {
  return alignedTable(linesOf(rows), isNumeric);
}

export function markdownOf(rows: readonly ReportedRow[]): string {
  return markdownTable(linesOf(rows), isNumeric);
}

function linesOf(rows: readonly ReportedRow[]): Cells[] {
  return [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, text]) => text(row)))];
}

function isNumeric(column: number): boolean {
  return column > 0 && column < columns.length - 1;
}
