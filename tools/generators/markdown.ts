/** Markdown that is readable in a terminal: lists instead of wide tables, short lines. */

const width = 120;

/** The first lines of a generated document. @param from its source, as in `cli/commands.ts` */
export function heading(title: string, from: string): string[] {
  return [`<!-- GENERATED from ${from} by \`npm run generate\`; do not edit. -->`, '', `# ${title}`, ''];
}

/** A paragraph, broken between words; text between backticks or brackets is not broken. */
export function paragraph(text: string, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  // A number with a full stop at the beginning of a line would start a list entry.
  for (const word of text.match(/(?:`[^`]*`|\[[^\]]*\]|[^\s`[])+(?: \d+\.(?!\S))?/g) ?? []) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}

/** One entry of a list. */
export function item(text: string): string[] {
  const [first = '', ...rest] = paragraph(text, '  ');
  return [`- ${first.slice(2)}`, ...rest];
}
