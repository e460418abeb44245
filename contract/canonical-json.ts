/**
 * The canonical text of a JSON value: equal for two texts of one value, whatever their white space, the order of their members,
 * their escapes and the form of their numbers. Numbers stay exact: 9007199254740993 differs from 9007199254740992.
 */

const tokens = /\s*("[^"\\]*(?:\\.[^"\\]*)*"|[-\d][\d.eE+-]*|[a-z]+|[{}[\],:])/y;
const numberParts = /^(-?)(\d+)\.?(\d*)(?:[eE](.+))?$/;

/** @param text JSON that `JSON.parse` has accepted, without white space around it */
export function canonicalText(text: string): string {
  const first = text.charAt(0);
  return first === '{' || first === '[' ? nestedText(text) : scalarText(text);
}

function nestedText(text: string): string {
  tokens.lastIndex = 0;
  const next = (): string => tokens.exec(text)?.[1] ?? '';
  const valueOf = (token: string): string => {
    if (token === '{') return objectText();
    return token === '[' ? arrayText() : scalarText(token);
  };
  const arrayText = (): string => {
    const values: string[] = [];
    for (let token = next(); token !== ']'; token = next()) if (token !== ',') values.push(valueOf(token));
    return `[${values.join(',')}]`;
  };
  const objectText = (): string => {
    const members = new Map<string, string>();
    for (let token = next(); token !== '}'; token = next()) {
      if (token === ',') continue;
      next(); // the colon
      members.set(scalarText(token), valueOf(next()));
    }
    const names = [...members.keys()].sort();
    return `{${names.map((name) => `${name}:${members.get(name) ?? ''}`).join(',')}}`;
  };
  return valueOf(next());
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
