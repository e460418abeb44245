/** Text tables: the first line contains the titles; numbers are right-aligned. */
import { wrap } from '../../contract/wrapped-text';

/** One line's cells. */
export type Cells = readonly string[];

/** A table whose cells are wrapped to the widths of their columns. */
export function wrappedTable(lines: readonly Cells[], widths: readonly number[]): string {
  const wrappedLines = lines.flatMap((cells) => {
    const columns = cells.map((cell, column) => wrap(cell, widths[column] ?? Infinity));
    const height = Math.max(...columns.map(({ length }) => length));
    return Array.from({ length: height }, (_, at) => columns.map((column) => column[at] ?? ''));
  });
  return alignedTable(wrappedLines);
}

/** With aligned columns, for a terminal. @param isNumeric asked by a column's place; none is where it is left out */
export function alignedTable(lines: readonly Cells[], isNumeric: (column: number) => boolean = () => false): string {
  const [title = [], ...rest] = lines;
  const widths = title.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)));
  const lineOf = (cells: Cells): string =>
    cells
      .map((cell, column) =>
        isNumeric(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [lineOf(title), lineOf(widths.map((width) => '─'.repeat(width))), ...rest.map(lineOf)].join('\n');
}

/** In Markdown. @param isNumeric asked by a column's place */
export function markdownTable([title = [], ...rest]: readonly Cells[], isNumeric: (column: number) => boolean): string {
  const lineOf = (cells: Cells): string => `| ${cells.join(' | ')} |`;
  return [title, title.map((_, column) => (isNumeric(column) ? '---:' : '---')), ...rest].map(lineOf).join('\n');
}
