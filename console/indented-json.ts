/** JSON set out line by line, for reading: every string and number stays character for character. */
import { isJson } from '../contract/exact-json';

const indent = '  ';
const closers: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

export interface Indented {
  readonly shown: string;
  /** Characters of the text that are left out at its end. */
  readonly bundleExclusions: number;
}

/** @param most characters of the result, at most; depth alone can make a small text a huge one. */
export function indented(text: string, most: number): Indented {
  if (!isJson(text)) return { shown: text.slice(0, most), bundleExclusions: Math.max(0, text.length - most) };
  let shown = '';
  let depth = 0;
  const newLine = (): string => `\n${indent.repeat(depth)}`;
  for (let at = 0; at < text.length;) {
    if (shown.length >= most) return { shown: shown.slice(0, most), bundleExclusions: text.length - at };
    const end = tokenEnd(text, at);
    const token = text.slice(at, end);
    at = end;
    if (token in closers) {
      const next = skipSpace(text, at);
      if (text[next] === closers[token]) {
        shown += `${token}${closers[token] ?? ''}`;
        at = next + 1;
      } else {
        depth++;
        shown += token + newLine();
      }
    } else if (token === '}' || token === ']') {
      depth--;
      shown += newLine() + token;
    } else if (token === ',') shown += token + newLine();
    else if (token === ':') shown += ': ';
    else if (token.trim() !== '') shown += token;
  }
  return { shown, bundleExclusions: 0 };
}

/** A string, a number or a word, a run of white space, or one sign. */
function tokenEnd(text: string, start: number): number {
  const first = text[start] ?? '';
  if (first === '"') {
    for (let at = start + 1; ; at++) {
      if (text[at] === '\\') at++;
      else if (text[at] === '"') return at + 1;
    }
  }
  if (/\s/.test(first)) return skipSpace(text, start);
  if ('{}[],:'.includes(first)) return start + 1;
  let at = start + 1;
  while (at < text.length && /[^\s{}[\],:"]/.test(text[at] ?? '')) at++;
  return at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (/\s/.test(text[at] ?? '')) at++;
  return at;
}
