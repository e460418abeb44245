/** What the program shows: lines, tables, JSON. Colours only on a terminal. */
import { jsonText } from '../contract/rules';
import type { Output } from './process-context';

export type Colour = 'red' | 'yellow' | 'green' | 'bold' | 'dim';

const codes: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  bold: [1, 22],
  dim: [2, 22],
};

/** A cell of a table: a text, or a text with its colour. */
export type Cell = string | { readonly text: string; readonly colour: Colour };

/** Where stdout is no terminal: wide enough for a table in a CI log. */
const widthWithoutTerminal = 160;
const narrowestColumn = 24;
const gap = '  ';

export class Screen {
  private readonly colours: boolean;
  private readonly width: number;

  constructor(
    private readonly stream: Output,
    environment: Readonly<NodeJS.ProcessEnv>,
  ) {
    this.colours = stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
    this.width = stream.columns ?? widthWithoutTerminal;
  }

  line(text = ''): void {
    this.stream.write(`${text}\n`);
  }

  json(value: unknown): void {
    this.line(jsonText(value, 2));
  }

  /** One line of many: a program reads them as they come. */
  jsonLine(value: unknown): void {
    this.line(jsonText(value));
  }

  paint(text: string, colour: Colour): string {
    const [on, off] = codes[colour];
    return this.colours ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  }

  /** Aligned columns; the last ones are wrapped where the lines would be wider than the terminal. */
  table(headers: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const widths = this.columnWidths([headers, ...rows]);
    this.row(headers, widths);
    this.line(widths.map((width) => '─'.repeat(width)).join(gap));
    for (const row of rows) this.row(row, widths);
  }

  private columnWidths(rows: readonly (readonly Cell[])[]): number[] {
    const widths: number[] = [];
    for (const row of rows) {
      for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, textOf(cell).length);
    }
    const total = (): number => widths.reduce((sum, width) => sum + width + gap.length, -gap.length);
    for (let tooMuch = total() - this.width; tooMuch > 0; tooMuch = total() - this.width) {
      const widest = widths.indexOf(Math.max(...widths));
      if ((widths[widest] ?? 0) <= narrowestColumn) break;
      widths[widest] = Math.max(narrowestColumn, (widths[widest] ?? 0) - Math.max(1, Math.floor(tooMuch / 2)));
    }
    return widths;
  }

  private row(cells: readonly Cell[], widths: readonly number[]): void {
    const wrapped = cells.map((cell, column) => wrap(textOf(cell), widths[column] ?? 0));
    const height = Math.max(...wrapped.map(({ length }) => length));
    for (let at = 0; at < height; at++) {
      const parts = cells.map((cell, column) => {
        const text = (wrapped[column]?.[at] ?? '').padEnd(widths[column] ?? 0);
        return typeof cell === 'string' ? text : this.paint(text, cell.colour);
      });
      this.line(parts.join(gap).trimEnd());
    }
  }
}

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

/** Lines of at most `width` characters, broken between words; a longer word (an ARN) is cut. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    while (line.length > width && width > 0) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
}
