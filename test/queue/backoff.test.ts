import { pauseBefore } from '../../queue/backoff';

const backoff = { firstMs: 100, longestMs: 1000 };

test('the bound doubles with each attempt up to the longest', () => {
  const bounds = [0, 1, 2, 3, 4, 5, 1000].map((attempt) => pauseBefore(attempt, backoff, () => 1));
  expect(bounds).toEqual([100, 200, 400, 800, 1000, 1000, 1000]);
});

test('the pause is random between 0 and the bound, so that clients do not retry in waves', () => {
  expect(pauseBefore(3, backoff, () => 0)).toBe(0);
  expect(pauseBefore(3, backoff, () => 0.5)).toBe(400);
});
