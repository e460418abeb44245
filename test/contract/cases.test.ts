/** The publisher returns the verdict of each case that all implementations of the contract share. */
import { clientRules } from '../../tools/generators/client-rules';
import { modelRegisteredRules } from '../../contract/event';
import { readEvent } from '../../contract/read-event';
import { eventBody, registered } from '../support/events';
import { detailTextOf, readCases, verdictOf } from './registration-cases';

const cases = readCases();

test.each(cases.map((each) => [each.title, each] as const))('the publisher returns the verdict for %s', (_, each) => {
  const { title, detail } = each;
  expect({ title, detail, ...verdictOf(detailTextOf(each)) }).toEqual(each);
});

test('every field and every refusal code of a detail have a case', () => {
  const broken = cases.flatMap((each) => each.broken ?? []);
  const fields = Object.keys(modelRegisteredRules);
  expect(fields.filter((field) => !broken.some((each) => each.startsWith(`${field}:`)))).toEqual([]);
  expect(new Set(cases.map(({ code }) => code))).toEqual(
    new Set([undefined, 'CONTRACT_VIOLATION', 'NOT_JSON', 'TOO_LARGE', 'TOO_DEEP']),
  );
});

test('a detail of the largest size that clients allow is accepted, even in a replay with the longest region and replay names', () => {
  const { detailBytes } = clientRules()['limits'] as { detailBytes: number };
  const bare = JSON.stringify(registered({ notes: '' }));
  const detail = JSON.stringify(registered({ notes: 'n'.repeat(detailBytes - bare.length) }));
  const around = { region: 'ap-southeast-2xxxx', 'replay-name': 'r'.repeat(64) };
  expect(readEvent(eventBody(detail, around)).kind).toBe('message');
});
