import {
  defaultHealthThresholds,
  formatHealthThresholds,
  parseHealthThresholds,
} from '../../contract/health-thresholds';

test('thresholds survive formatting and parsing unchanged', () => {
  const thresholds = { ...defaultHealthThresholds, queueDepth: 7, deadLetters: 3 };
  expect(parseHealthThresholds(formatHealthThresholds(thresholds))).toEqual(thresholds);
});

test.each([
  ['backlog=1', 'got "backlog=1"'],
  ['queueDepth=-1', 'got "queueDepth=-1"'],
  ['deadLetters=1,deadLetters=2', 'each once'],
  ['deadLetters=1', 'must have queueDepth, oldestMessageSeconds, oldestClaimSeconds, consumerSeenSeconds too'],
  ['', 'got ""'],
])('thresholds %j are refused with the reason', (text, reason) => {
  expect(() => parseHealthThresholds(text)).toThrow(reason);
});
