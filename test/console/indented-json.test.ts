import * as fc from 'fast-check';
import { exact } from '../../console/html';
import { indented } from '../../console/indented-json';

test('any JSON is formatted as JSON.stringify does with an indent of two', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      expect(indented(text, Infinity)).toEqual({
        formatted: JSON.stringify(value, undefined, 2),
        omittedCharacters: 0,
      });
    }),
  );
});

test('numbers keep their digits', () => {
  expect(indented('{"a":9007199254740993,"b":[1.10,-0.0,1e400,{}]}', 1000).formatted).toBe(
    '{\n  "a": 9007199254740993,\n  "b": [\n    1.10,\n    -0.0,\n    1e400,\n    {}\n  ]\n}',
  );
});

test('other text is returned unchanged, and long text is truncated with the number of omitted characters', () => {
  expect(indented('{"a":', 100)).toEqual({ formatted: '{"a":', omittedCharacters: 0 });
  expect(indented('x'.repeat(50), 10)).toEqual({ formatted: 'x'.repeat(10), omittedCharacters: 40 });
  const deep = indented('['.repeat(5000) + ']'.repeat(5000), 10_000);
  expect(deep.formatted).toHaveLength(10_000);
  expect(deep.omittedCharacters).toBeGreaterThan(5000);
});

test('an invisible character is marked, its typed escape is not', () => {
  expect(exact('\u202e and \\u202e').text).toBe('<mark title="invisible character">\\u202e</mark> and \\u202e');
});
