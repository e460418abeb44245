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

describe('an event matches where every field of the pattern does', () => {
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
    ['prefix', { source: [{ prefix: 'hokusai.' }] }, true],
    ['another prefix', { source: [{ prefix: 'aws.' }] }, false],
    ['suffix', { detail: { token_symbol: [{ suffix: 'COR' }] } }, true],
    ['a field that exists', { detail: { token_symbol: [{ exists: true }] } }, true],
    ['a field that must not exist', { detail: { token_symbol: [{ exists: false }] } }, false],
    ['a field that is rightly absent', { 'replay-name': [{ exists: false }] }, true],
    ['anything but another value', { source: [{ 'anything-but': ['hokusai.smoke'] }] }, true],
    ['anything but this value', { source: [{ 'anything-but': 'hokusai.registry' }] }, false],
    ['anything but this prefix', { source: [{ 'anything-but': { prefix: 'hokusai.' } }] }, false],
    ['anything but, on an absent field', { 'replay-name': [{ 'anything-but': 'x' }] }, false],
    ['a numeric range', { detail: { baseline_value: [{ numeric: ['>', 0, '<=', 0.85] }] } }, true],
    ['outside of a numeric range', { detail: { baseline_value: [{ numeric: ['<', 0.85] }] } }, false],
  ])('%s', (_, pattern, expected) => {
    expect(matches(pattern, registered)).toBe(expected);
  });
});

describe('a pattern that is not understood is an error, also where an earlier field does not match', () => {
  test.each([
    [
      { source: ['other'], detail: { name: [{ wildcard: '*x' }] } },
      'field detail.name: the operator wildcard is not supported',
    ],
    [{ $or: [{ source: ['a'] }] }, 'at its top: the operator $or is not supported'],
    [{ source: 'hokusai.registry' }, 'field source: must be a list of alternatives'],
    [{ source: [] }, 'field source: has no alternatives'],
    [{ source: [{ 'anything-but': { wildcard: '*' } }] }, 'the operator wildcard is not supported in anything-but'],
    [{ a: [{ numeric: ['>', '5'] }] }, 'field a: numeric takes pairs'],
    [{}, 'is empty'],
  ])('%j', (pattern, message) => {
    expect(() => matches(pattern, registered)).toThrow(EventPatternError);
    expect(() => matches(pattern, registered)).toThrow(message);
  });
});
