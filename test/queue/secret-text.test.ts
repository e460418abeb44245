import { authTokenIn } from '../../queue/connection';

test.each([
  ['{"auth_token":"s3cret!&#$^<>-"}', 's3cret!&#$^<>-'],
  [' {"auth_token":"abc","rotated":"2026-11-01"}\n', 'abc'],
  ['{"auth_token":" with space "}', ' with space '],
  ['s3cret!&#$^<>-', 's3cret!&#$^<>-'],
  ['s3cret\n', 's3cret'],
])('the token in %j is found', (secret, token) => {
  expect(authTokenIn(secret)).toBe(token);
});

test.each([
  ['', /is empty/],
  [' \n', /is empty/],
  ['{"auth_token":"abc"', /begins with { but is not JSON/],
  ['{}', /no text under the key "auth_token"/],
  ['{"token":"abc"}', /no text under the key "auth_token"/],
  ['{"auth_token":""}', /no text under the key "auth_token"/],
  ['{"auth_token":12345}', /no text under the key "auth_token"/],
  ['{"auth_token":null}', /no text under the key "auth_token"/],
])('the error for a secret without a token describes the expected format: %j', (secret, message) => {
  expect(() => authTokenIn(secret)).toThrow(message);
  expect(() => authTokenIn(secret)).toThrow(/expected/);
});

test('an error about a secret never contains the secret', () => {
  for (const secret of [
    '{"auth_token":"hunter2"',
    '{"password":"hunter2"}',
    '{hunter2}',
    '{"auth_token":["hunter2"]}',
  ]) {
    const message = (() => {
      try {
        return authTokenIn(secret);
      } catch (error) {
        return String(error) + String((error as Error).cause);
      }
    })();
    expect(message).toMatch(/TypeError/);
    expect(message).not.toMatch(/hunter2/);
  }
});
