import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { canonicalText } from '../../contract/canonical-json';
import { valueText } from './hostile-texts';

/** The value in another order, with white space, and with every character of its strings escaped. */
function rewritten(value: unknown): string {
  if (Array.isArray(value)) return `[ ${value.map(rewritten).join(' ,\n')} ]`;
  if (typeof value === 'string') {
    const units = Array.from({ length: value.length }, (_, index) => value.charCodeAt(index).toString(16));
    return `"${units.map((unit) => `\\u${unit.padStart(4, '0')}`).join('')}"`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).reverse();
  return `{\t${members.map(([name, each]) => `${rewritten(name)}\r: ${rewritten(each)}`).join(' , ')}}`;
}

test('two texts of one value have the same canonical text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonicalText(rewritten(value))).toBe(canonicalText(JSON.stringify(value)));
    }),
  );
});

/** -0 and 0 are one number. */
const parsed = (text: string): unknown => JSON.parse(text, (_, value: unknown) => (value === 0 ? 0 : value));

test('a canonical text has the value of its text, so different values have different ones', () => {
  fc.assert(
    fc.property(valueText, (text) => {
      expect(isDeepStrictEqual(parsed(canonicalText(text.trim())), parsed(text))).toBe(true);
    }),
  );
});

test.each([
  ['1', '1.0', '1e0', '10E-1', '0.1e+01', '1E+0000000000'],
  ['0.82', '0.820', '82e-2', '8.2E-1'],
  ['-110', '-1.1e2', '-110.00'],
  ['0', '-0', '0.000', '0e99999999999999999999', '-0e1'],
])('%s in another form is the same number', (...forms) => {
  expect(new Set(forms.map(canonicalText)).size).toBe(1);
});

test.each([
  ['9007199254740993', '9007199254740992'],
  ['1e400', '1e401'],
  ['1e-400', '0'],
  ['1', '-1'],
  ['1', '10'],
  ['0.1', '0.01'],
  ['1e99999999999999999999', '1e99999999999999999998'],
  ['1', '"1"'],
])('%s and %s are different values, although a double may hold both as one', (one, other) => {
  expect(canonicalText(one)).not.toBe(canonicalText(other));
});

test('of duplicate keys the last one counts, as for JSON.parse', () => {
  expect(canonicalText('{"a":1,"\\u0061":2}')).toBe(canonicalText('{"a":2}'));
});

test('zeros between the digits of a long number do not take quadratic time', () => {
  const zeros = `1${'0'.repeat(200_000)}1`;
  expect(canonicalText(zeros)).toHaveLength(zeros.length + 'e0'.length);
});
