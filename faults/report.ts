/** The rows as people read them. */
import type { Row } from './run-fault';

const columns = [
  ['fault', (row: Row) => `${row.number} ${row.name}`],
  ['events', (row: Row) => String(row.events)],
  ['lost', (row: Row) => String(row.lost)],
  ['duplicates', (row: Row) => String(row.duplicates)],
  ['longest delay', (row: Row) => `${row.longestDelaySeconds.toFixed(1)} s`],
  ['time to recover', (row: Row) => `${row.recoverySeconds.toFixed(1)} s`],
  [
    'seen in metrics',
    (row: Row) => row.alarms.map(({ condition, met }) => (met ? condition : `NOT ${condition}`)).join(', ') || '–',
  ],
] as const satisfies readonly (readonly [string, (row: Row) => string])[];

/** True where nothing was lost, everything arrived in time, and the metrics showed it. */
export function isSound({ lost, problems, alarms }: Row): boolean {
  return lost === 0 && problems.length === 0 && alarms.every(({ met }) => met);
}

/** With aligned columns, for a terminal. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, text]) => text(row)))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => (line[index] ?? '').length)));
  const lineOf = (line: readonly string[]): string =>
    line
      .map((cell, index) => (isNumeric(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  const [title = [], ...rest] = cells;
  return [lineOf(title), lineOf(widths.map((width) => '─'.repeat(width))), ...rest.map(lineOf)].join('\n');
}

/** As a Markdown table. */
export function markdownOf(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(([title]) => title)),
    line(columns.map((_, index) => (isNumeric(index) ? '---:' : '---'))),
    ...rows.map((row) => line(columns.map(([, text]) => text(row)))),
  ].join('\n');
}

function isNumeric(column: number): boolean {
  return column > 0 && column < columns.length - 1;
}
