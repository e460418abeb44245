import { skipSpace } from './exact-json';
import { backslash, closeBrace, closeBracket, comma, openBrace, openBracket, quote } from './json-characters';

/**
 * The usual JSON of events: strings without escapes, numbers without an exponent, few levels. A usual string is equal to its text,
 * so it can be checked, compared and copied without being decoded.
 *
 * Each function returns the index after what begins at `at`, or `unusual` where the text is not JSON, or not of this kind.
 */

export const unusual = -1;

const colon = 0x3a;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const firstSurrogate = 0xd800;

/** More digits could be infinite as a double. */
const longestNumber = 40;

/** Reads the value of a member. @param start of its name, behind the quote @param end of its name, before the quote */
export type ReadMember = (text: string, start: number, end: number, valueAt: number) => number;

/** Reads the members of the object whose brace is at `at` by `member`. */
export function endOfObject(text: string, at: number, member: ReadMember): number {
  if (text.charCodeAt(at) !== openBrace) return unusual;
  let next = skipSpace(text, at + 1);
  if (text.charCodeAt(next) === closeBrace) return next + 1;
  for (;;) {
    if (text.charCodeAt(next) !== quote) return unusual;
    const nameEnd = endOfString(text, next);
    if (nameEnd === unusual) return unusual;
    const colonAt = skipSpace(text, nameEnd);
    if (text.charCodeAt(colonAt) !== colon) return unusual;
    const valueEnd = member(text, next + 1, nameEnd - 1, skipSpace(text, colonAt + 1));
    if (valueEnd === unusual) return unusual;
    next = skipSpace(text, valueEnd);
    const code = text.charCodeAt(next);
    if (code === closeBrace) return next + 1;
    if (code !== comma) return unusual;
    next = skipSpace(text, next + 1);
  }
}

/** @param levels of objects and arrays that the value may have */
export function endOfValue(text: string, at: number, levels: number): number {
  switch (text.charCodeAt(at)) {
    case quote:
      return endOfString(text, at);
    case openBrace:
      if (levels === 0) return unusual;
      return endOfObject(text, at, (all, _start, _end, valueAt) => endOfValue(all, valueAt, levels - 1));
    case openBracket:
      return levels === 0 ? unusual : endOfArray(text, at, levels);
    case 0x74:
      return endOfWord(text, at, 'true');
    case 0x66:
      return endOfWord(text, at, 'false');
    case 0x6e:
      return endOfWord(text, at, 'null');
    default:
      return endOfNumber(text, at);
  }
}

function endOfArray(text: string, at: number, levels: number): number {
  let next = skipSpace(text, at + 1);
  if (text.charCodeAt(next) === closeBracket) return next + 1;
  for (;;) {
    const valueEnd = endOfValue(text, next, levels - 1);
    if (valueEnd === unusual) return unusual;
    next = skipSpace(text, valueEnd);
    const code = text.charCodeAt(next);
    if (code === closeBracket) return next + 1;
    if (code !== comma) return unusual;
    next = skipSpace(text, next + 1);
  }
}

function endOfString(text: string, at: number): number {
  for (let next = at + 1; ; next++) {
    const code = text.charCodeAt(next);
    if (code === quote) return next + 1;
    // NaN, after the end, is in no range.
    if (!(code >= 0x20 && code < firstSurrogate) || code === backslash) return unusual;
  }
}

function endOfNumber(text: string, at: number): number {
  let next = text.charCodeAt(at) === minus ? at + 1 : at;
  const wholeEnd = endOfDigits(text, next);
  if (wholeEnd === next || (text.charCodeAt(next) === zero && wholeEnd > next + 1)) return unusual;
  next = wholeEnd;
  if (text.charCodeAt(next) === point) {
    next = endOfDigits(text, wholeEnd + 1);
    if (next === wholeEnd + 1) return unusual;
  }
  return next - at > longestNumber ? unusual : next;
}

function endOfDigits(text: string, at: number): number {
  let next = at;
  for (let code = text.charCodeAt(next); code >= zero && code <= nine; code = text.charCodeAt(next)) next++;
  return next;
}

function endOfWord(text: string, at: number, word: string): number {
  return text.startsWith(word, at) ? at + word.length : unusual;
}
