import { skipScalar, skipSpace, skipString } from './exact-json';

/**
 * The canonical text of a JSON value: equal for two texts of one value, whatever their white space, the order of their members,
 * their escapes and the form of their numbers. Numbers stay exact: 9007199254740993 differs from 9007199254740992.
 */

const numberParts = /^(-?)(\d+)\.?(\d*)(?:[eE](.+))?$/;

/** @param text JSON that `JSON.parse` has accepted, without white space around it */
export function canonicalText(text: string): string {
  const first = text.charAt(0);
  return first === '{' || first === '[' ? new NestedText(text).value() : scalarText(text);
}

class NestedText {
  private at = 0;

  constructor(private readonly text: string) {}

  /** The value that begins at the position, or after white space. */
  value(): string {
    const start = skipSpace(this.text, this.at);
    const first = this.text[start];
    if (first === '{') return this.object(start + 1);
    if (first === '[') return this.array(start + 1);
    this.at = first === '"' ? skipString(this.text, start) : skipScalar(this.text, start);
    return scalarText(this.text.slice(start, this.at));
  }

  private array(from: number): string {
    const values: string[] = [];
    for (this.at = from; !this.ends(']');) values.push(this.value());
    return `[${values.join(',')}]`;
  }

  private object(from: number): string {
    const names: string[] = [];
    const values: string[] = [];
    let isSorted = true;
    for (this.at = from; !this.ends('}');) {
      const name = this.value();
      // The colon.
      this.at = skipSpace(this.text, this.at) + 1;
      isSorted &&= names.length === 0 || (names.at(-1) ?? '') < name;
      names.push(name);
      values.push(this.value());
    }
    if (isSorted) return `{${names.map((name, index) => `${name}:${values[index] ?? ''}`).join(',')}}`;
    // Of members with one name, the last one counts.
    const members = new Map(names.map((name, index) => [name, values[index] ?? '']));
    const sorted = [...members].sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${sorted.map((member) => member.join(':')).join(',')}}`;
  }

  /** Passes the bracket that ends the object or array, or the comma before the next value. */
  private ends(bracket: string): boolean {
    const start = skipSpace(this.text, this.at);
    const isEnd = this.text[start] === bracket;
    this.at = isEnd || this.text[start] === ',' ? start + 1 : start;
    return isEnd;
  }
}

function scalarText(token: string): string {
  if (token.startsWith('"')) return token.includes('\\') ? JSON.stringify(JSON.parse(token)) : token;
  const parts = numberParts.exec(token);
  return parts === null ? token : numberText(token, parts);
}

/** The digits without zeros around them, and the exponent of the last digit: `-1.10` is `-11e-1`. */
function numberText(
  token: string,
  [, sign = '', whole = '', fraction = '', exponent = '0']: readonly string[],
): string {
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  // Not by a pattern: /0+$/ takes quadratic time for zeros between other digits.
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  // A double holds a longer exponent only rounded.
  if (exponent.length > 15) return token;
  return `${sign}${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
