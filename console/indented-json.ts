/** Formats JSON with line breaks and indentation and keeps every string and number character for character. */
import { isJson } from '../contract/exact-json';

const indent = '  ';
const closers: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

export interface Indented {
  readonly formatted: string;
  /** Characters omitted at the end of the text. */
  readonly omittedCharacters: number;
}

/** @param maximum length of the result: deep nesting can turn a short text into a very long one */
export function indented(text: string, maximum: number): Indented {
  if (!isJson(text))
    return { formatted: text.slice(0, maximum), omittedCharacters: Math.max(0, text.length - maximum) };
  let formatted = '';
  let depth = 0;
  const newLine = (): string => `\n${indent.repeat(depth)}`;
  for (let at = 0; at < text.length;) {
    if (formatted.length >= maximum)
      return { formatted: formatted.slice(0, maximum), omittedCharacters: text.length - at };
    const end = tokenEnd(text, at);
    const token = text.slice(at, end);
    at = end;
    if (token in closers) {
      const next = skipSpace(text, at);
      if (text[next] === closers[token]) {
        formatted += `${token}${closers[token] ?? ''}`;
        at = next + 1;
      } else {
        depth++;
        formatted += token + newLine();
      }
    } else if (token === '}' || token === ']') {
      depth--;
      formatted += newLine() + token;
    } else if (token === ',') formatted += token + newLine();
    else if (token === ':') formatted += ': ';
    else if (token.trim() !== '') formatted += token;
  }
  return { formatted, omittedCharacters: 0 };
}

/** End of the token at `start`: a string, number, literal, white space or punctuation character. */
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
