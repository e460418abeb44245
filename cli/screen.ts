/** What the program prints: lines, tables, JSON. */
import { styleText } from 'node:util';
import { jsonText } from '../contract/rules';
import type { Output } from './process-context';

export type Colour = 'red' | 'yellow' | 'green' | 'bold' | 'dim';

/** A cell of a table: a text, or a text with its colour. */
export type Cell = string | { readonly text: string; readonly colour: Colour };

/** Where stdout is no terminal: wide enough for a table in a CI log. */
const widthWithoutTerminal = 160;
const narrowestColumn = 24;
const gap = '  ';

export class Screen {
  private readonly colours: boolean;
  private readonly width: number;

  /** @param closing where a summary goes when the reader of `stream` has ended */
  constructor(
    private readonly stream: Output,
    environment: Readonly<NodeJS.ProcessEnv>,
    private readonly closing: Output = stream,
  ) {
    this.colours = hasColours(stream, environment);
    this.width = stream.columns ?? widthWithoutTerminal;
  }

  line(text = ''): void {
    this.stream.write(`${text}\n`);
  }

  /** How far a command came: for people, or for the operator who closed the output of a command that changes something. */
  summary(text: string, json: boolean): void {
    if (this.stream.isClosed === true) this.closing.write(`${text}\n`);
    else if (!json) this.line(text);
  }

  json(value: unknown): void {
    this.line(jsonText(value, 2));
  }

  /** One line of many: a program reads them as they come. */
  jsonLine(value: unknown): void {
    this.line(jsonText(value));
  }

  paint(text: string, colour: Colour): string {
    return this.colours ? styleText(colour, text, { validateStream: false }) : text;
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

/** FORCE_COLOR and NO_COLOR override the terminal, in this order, as in Node. */
function hasColours(
  stream: Output,
  { FORCE_COLOR: force = '', NO_COLOR: no = '', TERM }: Readonly<NodeJS.ProcessEnv>,
): boolean {
  if (force !== '') return force !== '0' && force !== 'false';
  return no === '' && stream.isTTY === true && TERM !== 'dumb';
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
