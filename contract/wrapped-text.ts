/** Text in lines of a terminal. */

/** Words, and commands in backquotes as one word each: a wrapped command could not be copied. */
export const words = (text: string): readonly string[] => text.match(/(?:`[^`]*`|\S)+/g) ?? [];

/** Lines of at most `width` characters, broken between words; a longer word (an ARN) has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words(text)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
