/** What the program prints: lines, tables, JSON. */
import { styleText } from 'node:util';
import { jsonText } from '../contract/rules';
import { words, wrap } from '../contract/wrapped-text';
import type { Output } from './process-context';

export type Colour = 'red' | 'yellow' | 'green' | 'bold' | 'dim';

/** A cell of a table: a text, or a text with its colour. */
export type Cell = string | { readonly text: string; readonly colour: Colour };

/** Where stdout is no terminal: wide enough for a table in a CI log. */
const widthWithoutTerminal = 160;
/** Cells are wrapped to this width; a longer word widens its column. */
const narrowestColumn = 24;
/** Sentences in wider lines are hard to read. */
const widestText = 100;
/** Between columns; one space where that is what makes the table fit. */
const gaps = ['  ', ' '] as const;

export class Screen {
  private readonly colours: boolean;

  /** @param closing where a summary goes when the reader of `stream` has ended */
  constructor(
    private readonly stream: Output,
    private readonly environment: Readonly<NodeJS.ProcessEnv>,
    private readonly closing: Output = stream,
  ) {
    this.colours = hasColours(stream, environment);
  }

  /** The terminal's, which changes while a command runs. 0 is what a terminal without a known width has. */
  private get width(): number {
    return this.stream.columns || widthWithoutTerminal;
  }

  line(text = ''): void {
    this.stream.write(`${text}\n`);
  }

  /** Sentences, wrapped between words; line feeds at the end stay. */
  text(text: string): void {
    for (const line of text.replace(/(?<=\S)\n(?=\S)/g, ' ').split('\n'))
      for (const part of wrap(line, Math.min(this.width, widestText))) this.line(part);
  }

  /** Names and their explanations in two columns. */
  list(pairs: readonly (readonly [name: string, text: string])[], indent = '  '): void {
    const left = Math.max(...pairs.map(([name]) => name.length));
    const gap = indent === '' ? ' ' : '  ';
    const right = Math.max(narrowestColumn, Math.min(this.width, widestText) - indent.length - left - gap.length);
    for (const [name, text] of pairs)
      for (const [at, part] of wrap(text, right).entries())
        this.line(`${indent}${(at === 0 ? name : '').padEnd(left)}${gap}${part}`);
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

  /** Whether `clear` works: what repeats can be drawn in place. */
  get isTerminal(): boolean {
    return this.stream.isTTY === true && this.environment['TERM'] !== 'dumb';
  }

  /** Removes what a terminal shows; its history stays. */
  clear(): void {
    if (this.isTerminal) this.stream.write('\u001b[H\u001b[J');
  }

  /**
   * Aligned columns, wrapped between words. A terminal that is too narrow for them gets each row as a record, with a line for
   * each cell: a word (an id) and a command in backquotes are never cut.
   */
  table(headers: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const narrowest = headers.map((header, column) =>
      Math.max(longest(words(header)), ...rows.map((row) => narrowestOf(textOf(row[column] ?? '')))),
    );
    const gap = gaps.find((each) => sum(narrowest, each) <= this.width);
    if (gap === undefined && this.stream.isTTY === true) this.records(headers, rows);
    else this.columns(headers, rows, narrowest, gap ?? gaps[0]);
  }

  private records(headers: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const left = longest(headers);
    for (const [index, row] of rows.entries()) {
      if (index > 0) this.line();
      for (const [column, cell] of row.entries()) {
        for (const [at, part] of wrap(textOf(cell), Math.max(narrowestColumn, this.width - left - 2)).entries())
          if (part !== '')
            this.line(`${(at === 0 ? (headers[column] ?? '') : '').padEnd(left)}  ${this.cell(cell, part)}`);
      }
    }
  }

  private columns(
    headers: readonly string[],
    rows: readonly (readonly Cell[])[],
    narrowest: readonly number[],
    gap: string,
  ): void {
    const widths = headers.map((header, column) => longest([header, ...rows.map((row) => textOf(row[column] ?? ''))]));
    for (let tooMuch = sum(widths, gap) - this.width; tooMuch > 0; tooMuch = sum(widths, gap) - this.width) {
      const spare = widths.map((width, column) => width - (narrowest[column] ?? 0));
      if (Math.max(...spare) === 0) break;
      // The widest of the columns that can still give way.
      const widest = widths.indexOf(Math.max(...widths.filter((_, column) => (spare[column] ?? 0) > 0)));
      widths[widest] = (widths[widest] ?? 0) - Math.min(spare[widest] ?? 0, Math.max(1, Math.floor(tooMuch / 2)));
    }
    this.row(headers, widths, gap);
    this.line(widths.map((width) => '─'.repeat(width)).join(gap));
    for (const row of rows) this.row(row, widths, gap);
  }

  private row(cells: readonly Cell[], widths: readonly number[], gap: string): void {
    const wrapped = cells.map((cell, column) => wrap(textOf(cell), widths[column] ?? 0));
    const height = longest(wrapped);
    for (let at = 0; at < height; at++) {
      const parts = cells.map((cell, column) =>
        this.cell(cell, (wrapped[column]?.[at] ?? '').padEnd(widths[column] ?? 0)),
      );
      this.line(parts.join(gap).trimEnd());
    }
  }

  private cell(cell: Cell, text: string): string {
    return typeof cell === 'string' ? text : this.paint(text, cell.colour);
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

const longest = (all: readonly { readonly length: number }[]): number =>
  Math.max(0, ...all.map(({ length }) => length));

const sum = (widths: readonly number[], gap: string): number =>
  widths.reduce((total, width) => total + width + gap.length, -gap.length);

const narrowestOf = (text: string): number => Math.max(longest(words(text)), Math.min(text.length, narrowestColumn));
