import * as fc from 'fast-check';
import { exact } from '../../console/html';
import { indented } from '../../console/indented-json';

test('any JSON is set out in lines without a change of a string or a number', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      expect(indented(text, Infinity)).toEqual({ shown: JSON.stringify(value, undefined, 2), bundleExclusions: 0 });
    }),
  );
});

test('digits stay as they are written', () => {
  expect(indented('{"a":9007199254740993,"b":[1.10,-0.0,1e400,{}]}', 1000).shown).toBe(
    '{\n  "a": 9007199254740993,\n  "b": [\n    1.10,\n    -0.0,\n    1e400,\n    {}\n  ]\n}',
  );
});

test('what is no JSON is shown as it is; what is too long ends, and says how much is missing', () => {
  expect(indented('{"a":', 100)).toEqual({ shown: '{"a":', bundleExclusions: 0 });
  expect(indented('x'.repeat(50), 10)).toEqual({ shown: 'x'.repeat(10), bundleExclusions: 40 });
  const deep = indented('['.repeat(5000) + ']'.repeat(5000), 10_000);
  expect(deep.shown).toHaveLength(10_000);
  expect(deep.bundleExclusions).toBeGreaterThan(5000);
});

test('a sign that cannot be seen is told apart from its escape', () => {
  expect(exact('\u202e and \\u202e').text).toBe('<mark title="cannot be seen">\\u202e</mark> and \\u202e');
});
