import { checkToken, createToken, withToken } from '../../lambda/rotation/token';

test('new tokens are unique and valid for ElastiCache', () => {
  const tokens = Array.from({ length: 200 }, createToken);
  expect(new Set(tokens).size).toBe(200);
  tokens.forEach(checkToken);
});

test.each(['letters-digits-0123!&#$^<>-', 'a'.repeat(16), 'a'.repeat(128)])(
  '%s is a valid token for ElastiCache',
  (token) => {
    expect(() => checkToken(token)).not.toThrow();
  },
);

test.each(['a'.repeat(15), 'a'.repeat(129), 'with/slash-0123456', 'with@sign-01234567', 'with space-0123456', ''])(
  'a token that ElastiCache would refuse is not sent, and not shown: %s',
  (token) => {
    expect(() => checkToken(token)).toThrow(`the new token (${token.length} characters) is not valid for ElastiCache`);
    if (token !== '') expect(() => checkToken(token)).not.toThrow(token);
  },
);

test('of duplicate keys the last one is changed, which is the one that JSON.parse reads', () => {
  expect(withToken('{"auth_token":"a","auth_token":"b"}', 'new')).toBe('{"auth_token":"a","auth_token":"new"}');
});
