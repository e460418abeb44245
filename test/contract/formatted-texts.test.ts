/** Error messages escape the same characters in Node and Python: tests/test_formatted_values.py reads the same cases. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatted, jsonText } from '../../contract/rules';

interface FormattedText {
  readonly title: string;
  readonly value: string;
  readonly formatted: string;
}

const cases = readFileSync(join(__dirname, '../../contract/cases/formatted-texts.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as FormattedText);

test.each(cases.map((each) => [each.title, each] as const))('a value in an error message, %s', (_, each) => {
  expect(formatted(each.value)).toBe(each.formatted);
});

test('the value escaped in JSON is the value', () => {
  for (const { value } of cases) expect(JSON.parse(jsonText(value))).toBe(value);
});
