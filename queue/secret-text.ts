import type { ConnectionOptions } from './connection';

/** What a connection authenticates with. */
export type RedisCredentials = Pick<ConnectionOptions, 'username' | 'token'>;

const expected = 'expected {"username": "…", "password": "…"} or {"auth_token": "…"}';

/**
 * User and password in a secret's text: JSON with `username` and `password`, as Secrets Manager writes them for databases; JSON with
 * `auth_token`; or the plain token.
 * @throws TypeError that names what is missing and never contains the text.
 */
export function credentialsIn(secretText: string): RedisCredentials {
  const text = secretText.trim();
  if (!text.startsWith('{')) {
    if (text === '') throw new TypeError(`the Redis secret is empty; ${expected}, or the token`);
    return { token: text };
  }
  let secret: Readonly<Record<string, unknown>>;
  try {
    secret = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new TypeError(`the Redis secret begins with { but is not JSON; ${expected}`);
  }
  const { username, password } = secret;
  if (username === undefined && password === undefined) return { token: textIn(secret, 'auth_token') };
  return { username: textIn(secret, 'username'), token: textIn(secret, 'password') };
}

/** The token, or the user's password, in a secret's text, as `credentialsIn` reads it. */
export const authTokenIn = (secretText: string): string => credentialsIn(secretText).token;

function textIn(secret: Readonly<Record<string, unknown>>, key: string): string {
  const value = secret[key];
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`the Redis secret has no text under the key "${key}"; ${expected}`);
}
