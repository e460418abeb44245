/** The results as a table. */
import type { Row } from './run-fault';
import { alignedTable, type Cells, markdownTable } from '../local/text-table';

const columns = [
  ['fault', (row: Row) => `${row.number} ${row.name}`],
  ['events', (row: Row) => String(row.events)],
  ['lost', (row: Row) => String(row.lost)],
  ['wrong dead letters', (row: Row) => String(row.wrongDeadLetters)],
  ['duplicates', (row: Row) => String(row.duplicates)],
  ['longest delay', (row: Row) => `${row.longestDelaySeconds.toFixed(1)} s`],
  ['time to recover', (row: Row) => `${row.recoverySeconds.toFixed(1)} s`],
  [
    'seen in metrics',
    (row: Row) => row.alarms.map(({ condition, met }) => (met ? condition : `NOT ${condition}`)).join(', ') || '–',
  ],
] as const satisfies readonly (readonly [string, (row: Row) => string])[];

/** Whether no event was lost or wrongly dead-lettered, all arrived in time, and the metrics met the alarm conditions. */
export function isSound({ lost, wrongDeadLetters, problems, alarms }: Row): boolean {
  return lost === 0 && wrongDeadLetters === 0 && problems.length === 0 && alarms.every(({ met }) => met);
}

/** For a terminal. */
export function tableOf(rows: readonly Row[]): string {
  return alignedTable(linesOf(rows), isNumeric);
}

export function markdownOf(rows: readonly Row[]): string {
  return markdownTable(linesOf(rows), isNumeric);
}

function linesOf(rows: readonly Row[]): Cells[] {
  return [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, text]) => text(row)))];
}

function isNumeric(column: number): boolean {
  return column > 0 && column < columns.length - 1;
}
