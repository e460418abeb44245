/** The pages of the repository and their code blocks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const root = resolve(__dirname, '../..');
const notOurs = new Set(['node_modules', 'dist', 'cdk.out', '.git', '.venv']);

/** The path of every page in the repository. */
export function pages(folder = root): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : pages(path);
    return entry.name.endsWith('.md') ? [relative(root, path)] : [];
  });
}

/** A fenced code block. */
export interface Block {
  readonly page: string;
  /** Of the opening fence. */
  readonly line: number;
  /** The nearest heading above. */
  readonly heading: string;
  /** Empty if the fence names none. */
  readonly language: string;
  readonly text: string;
  /** The text of the page between this block and the previous one. */
  readonly before: string;
}

/** The blocks of a page in their order. A fence in a list is indented, and its block by as much. */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let heading = '';
  let before: string[] = [];
  let open: { readonly line: number; readonly indent: string; readonly language: string; text: string[] } | undefined;
  for (const [index, line] of readFileSync(join(root, page), 'utf8').split('\n').entries()) {
    const [, indent = '', language] = /^( *)```(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (language !== undefined) open = { line: index + 1, indent, language, text: [] };
      else before.push(line);
      if (line.startsWith('#')) heading = line.replace(/^#+ /, '');
    } else if (language === '' && indent === open.indent) {
      const { text, indent: _, ...found } = open;
      blocks.push({ page, heading, ...found, text: text.join('\n'), before: before.join('\n') });
      [open, before] = [undefined, []];
    } else {
      open.text.push(line.slice(open.indent.length));
    }
  }
  if (open !== undefined) throw new Error(`${page}:${open.line}: this block has no end`);
  return blocks;
}

/** A page's blocks in these languages. */
export function blocksIn(page: string, ...languages: readonly string[]): readonly Block[] {
  return blocksOf(page).filter(({ language }) => languages.includes(language));
}

/** The place of a block as page:line. */
export const placeOf = ({ page, line }: Block): string => `${page}:${line}`;
