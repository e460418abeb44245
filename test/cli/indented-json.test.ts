import { indentedJson } from '../../cli/indented-json';

test.each([
  [
    '{"a":1.10,"b":[9007199254740993,{}],"c":[]}',
    '{\n  "a": 1.10,\n  "b": [\n    9007199254740993,\n    {}\n  ],\n  "c": []\n}',
  ],
  ['{ "a\\"{": "x, [y]: \\u0022" }', '{\n  "a\\"{": "x, [y]: \\u0022"\n}'],
  ['not {json', 'not {json'],
])('%s keeps its numbers and strings', (text, indented) => {
  expect(indentedJson(text)).toBe(indented);
});
