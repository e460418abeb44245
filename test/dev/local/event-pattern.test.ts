import { EventPatternError, matches } from '../../../dev/emulators/event-pattern';

const registered = {
  source: 'hokusai.registry',
  'detail-type': 'ModelRegistered',
  resources: ['arn:a', 'arn:b'],
  detail: {
    token_symbol: 'LSCOR',
    baseline_value: 0.85,
    baseline_validated: true,
    model_name: null,
    tags: { team: 'risk' },
  },
};

describe('an event matches if every field of the pattern matches', () => {
  test.each([
    ['an exact value', { source: ['hokusai.smoke', 'hokusai.registry'] }, true],
    ['another value', { source: ['hokusai.smoke'] }, false],
    ['two fields, one of them wrong', { source: ['hokusai.registry'], 'detail-type': ['ModelRetired'] }, false],
    ['a nested field', { detail: { tags: { team: ['risk'] } } }, true],
    ['a boolean', { detail: { baseline_validated: [true] } }, true],
    ['null, which is a value', { detail: { model_name: [null] } }, true],
    ['a text is no number', { detail: { baseline_value: ['0.85'] } }, false],
    ['one element of a list', { resources: ['arn:b'] }, true],
    ['a field below a text', { source: { name: ['hokusai'] } }, false],
  ])('%s: %j matches: %s', (_, pattern, expected) => {
    expect(matches(pattern, registered)).toBe(expected);
  });
});

describe('an unsupported pattern is an error, also where an earlier field does not match', () => {
  test.each([
    [
      { source: ['other'], detail: { name: [{ wildcard: '*x' }] } },
      'field detail.name: the operator wildcard is not supported',
    ],
    [{ $or: [{ source: ['a'] }] }, 'at its top: the operator $or is not supported'],
    [{ source: 'hokusai.registry' }, 'field source: must be a list of alternatives'],
    [{ source: [] }, 'field source: has no alternatives'],
    [{ source: [{ prefix: 'hokusai.' }] }, 'field source: the operator prefix is not supported'],
    [{}, 'is empty'],
  ])('the pattern %j is refused with "%s"', (pattern, message) => {
    expect(() => matches(pattern, registered)).toThrow(EventPatternError);
    expect(() => matches(pattern, registered)).toThrow(message);
  });
});
