import fc from 'fast-check';
import { depthOf, memberNamed, membersOf } from '../../contract/exact-json';
import { valueText } from './hostile-texts';

/** The names and values of an object, as the language's own parser has them; it takes the last of equal names. */
function entriesOf(text: string): Record<string, unknown> {
  const entries = Object.create(null) as Record<string, unknown>;
  for (const { name, valueStart, valueEnd } of membersOf(text)) {
    // Defined, not set: `__proto__` is a name like any other.
    const value = JSON.parse(text.slice(valueStart, valueEnd)) as unknown;
    Object.defineProperty(entries, name, { value, enumerable: true, configurable: true });
  }
  return entries;
}

function levelsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((deepest, each) => Math.max(deepest, levelsOf(each)), 0);
}

test("an object's members are those that JSON.parse finds, each with the characters of its key and its value", () => {
  const objects = valueText.map((text) => `{"first":${text},"\\u006cast" : [${text}]}`);
  fc.assert(
    fc.property(
      fc.oneof(
        objects,
        valueText.filter((text) => text.startsWith('{')),
      ),
      (text) => {
        expect(Object.entries(entriesOf(text))).toEqual(Object.entries(JSON.parse(text) as object));
        for (const { name, keyStart, keyEnd } of membersOf(text)) {
          expect(JSON.parse(text.slice(keyStart, keyEnd))).toBe(name);
        }
      },
    ),
  );
});

test('members cover the text except separators: no character is lost or duplicated', () => {
  fc.assert(
    fc.property(valueText, (text) => {
      const object = `{"a":${text},"b":${text}}`;
      const members = membersOf(object);
      const ends = [1, ...members.map(({ valueEnd }) => valueEnd)];
      members.forEach(({ keyStart, keyEnd, valueStart }, index) => {
        expect(object.slice(ends[index], keyStart)).toMatch(/^[\s,]*$/);
        expect(object.slice(keyEnd, valueStart)).toMatch(/^\s*:\s*$/);
      });
      expect(object.slice(ends.at(-1))).toMatch(/^\s*\}$/);
    }),
  );
});

test('of duplicate keys the last one counts, as for JSON.parse', () => {
  const text = '{"a":1,"\\u0061":2,"b":{"a":3}}';
  const found = memberNamed(membersOf(text), 'a');
  expect(found && text.slice(found.valueStart, found.valueEnd)).toBe('2');
});

test('the depth of a valid text equals the depth of its parsed value', () => {
  fc.assert(fc.property(valueText, (text) => expect(depthOf(text)).toBe(levelsOf(withoutLosses(text)))));
});

test('the depth of an invalid text is a number of at least 0', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\') }),
  );
  fc.assert(
    fc.property(texts, fc.nat(20), fc.nat(20), (text, start, length) => {
      for (const depth of [depthOf(text), depthOf(text, start, start + length)]) {
        expect(depth).toBeGreaterThanOrEqual(0);
        expect(depth).toBeLessThanOrEqual(text.length);
      }
    }),
  );
  expect(depthOf('['.repeat(1e6))).toBe(1e6);
});

/** Makes every key unique, because JSON.parse drops the values of duplicate keys, and with them their depth. */
function withoutLosses(text: string): unknown {
  let names = 0;
  // String by string, so that none begins at the end of another.
  const renamed = text.replace(/("(?:[^"\\]|\\.)*")(\s*:)?/gs, (_, string: string, colon?: string) =>
    colon === undefined ? string : `"${names++}"${colon}`,
  );
  return JSON.parse(renamed);
}
