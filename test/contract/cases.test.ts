/** The publisher judges the cases that all implementations of the contract share as the file says. */
import { clientRules } from '../../tools/generators/client-rules';
import { modelRegisteredRules } from '../../contract/event';
import { readEvent } from '../../contract/read-event';
import { eventBody, registered } from '../support/events';
import { detailTextOf, readCases, verdictOf } from './registration-cases';

const cases = readCases();

test.each(cases.map((each) => [each.says, each] as const))('%s', (_, each) => {
  const { says, detail } = each;
  expect({ says, detail, ...verdictOf(detailTextOf(each)) }).toEqual(each);
});

test('every field, and every way to refuse a detail, has a case', () => {
  const broken = cases.flatMap((each) => each.broken ?? []);
  const fields = Object.keys(modelRegisteredRules);
  expect(fields.filter((field) => !broken.some((each) => each.startsWith(`${field}:`)))).toEqual([]);
  expect(new Set(cases.map(({ code }) => code))).toEqual(
    new Set([undefined, 'CONTRACT_VIOLATION', 'NOT_JSON', 'TOO_LARGE', 'TOO_DEEP']),
  );
});

test('whatever keeps clear of the room for the envelope is carried, also in a replay from the longest region name', () => {
  const { detailBytes } = clientRules()['limits'] as { detailBytes: number };
  const bare = JSON.stringify(registered({ notes: '' }));
  const detail = JSON.stringify(registered({ notes: 'n'.repeat(detailBytes - bare.length) }));
  const around = { region: 'ap-southeast-2xxxx', 'replay-name': 'r'.repeat(64) };
  expect(readEvent(eventBody(detail, around)).kind).toBe('message');
});
