/**
 * JSON without loss: the positions of an object's members in a text, so that they can be copied
 * character for character. A parse and a stringify would round 9007199254740993 and turn 1.10 into 1.1.
 *
 * All functions here but `isJson` take text that `JSON.parse` has accepted; they do not check it again.
 */

import { backslash, closeBrace, closeBracket, comma, openBrace, openBracket, quote } from './json-characters';

/** A member of an object: its decoded name, and the positions of its key and value in the text (end exclusive). */
export interface Member {
  readonly name: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** @returns the index of the first character at `index` or after it that is not white space. */
export function skipSpace(text: string, index: number): number {
  while (isSpace(text.charCodeAt(index))) index++;
  return index;
}

/** @returns the index after the closing quote of the string that opens at `index`. */
export function skipString(text: string, index: number): number {
  // Strings are short here: looking at each character costs less than a call of indexOf.
  for (let at = index + 1; ; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === backslash) at++;
  }
}

/** @returns the index after the value that begins at `index`. */
function skipValue(text: string, index: number): number {
  const first = text.charCodeAt(index);
  if (first === quote) return skipString(text, index);
  if (first !== openBrace && first !== openBracket) return skipScalar(text, index);
  let depth = 0;
  for (let at = index; ;) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = skipString(text, at);
      continue;
    }
    at++;
    if (code === openBrace || code === openBracket) depth++;
    else if ((code === closeBrace || code === closeBracket) && --depth === 0) return at;
  }
}

/** @returns the index after the number, `true`, `false` or `null` that begins at `index`. */
export function skipScalar(text: string, index: number): number {
  for (;;) {
    const code = text.charCodeAt(index);
    if (code === comma || code === closeBrace || code === closeBracket || isSpace(code) || Number.isNaN(code))
      return index;
    index++;
  }
}

/** The members of the object that begins at `start` (its first character, or white space before it), in their order. */
export function membersOf(text: string, start = 0): Member[] {
  const members: Member[] = [];
  let at = skipSpace(text, skipSpace(text, start) + 1);
  while (text.charCodeAt(at) === quote) {
    const keyStart = at;
    const keyEnd = skipString(text, at);
    const key = text.slice(keyStart + 1, keyEnd - 1);
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const valueEnd = skipValue(text, valueStart);
    const name = key.includes('\\') ? (JSON.parse(text.slice(keyStart, keyEnd)) as string) : key;
    members.push({ name, keyStart, keyEnd, valueStart, valueEnd });
    at = skipSpace(text, valueEnd);
    if (text.charCodeAt(at) === comma) at = skipSpace(text, at + 1);
  }
  return members;
}

/** The member that `JSON.parse` takes for `name`: the last one of that name. */
export function memberNamed(members: readonly Member[], name: string): Member | undefined {
  return members.findLast((member) => member.name === name);
}

/** The maximum nesting depth of objects and arrays; 0 for a scalar. Accepts any text. */
export function depthOf(text: string, start = 0, end = text.length): number {
  let depth = 0;
  let deepest = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      for (at++; at < end && text.charCodeAt(at) !== quote; at++) if (text.charCodeAt(at) === backslash) at++;
    } else if (code === openBrace || code === openBracket) {
      if (++depth > deepest) deepest = depth;
    } else if (code === closeBrace || code === closeBracket) depth--;
  }
  return deepest;
}

/** Whether `JSON.parse` takes the text. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
