import { randomInt } from 'node:crypto';
import { memberNamed, membersOf } from '../../contract/exact-json';

/**
 * Letters and digits only. ElastiCache takes `!&#$^<>-` besides, but some of them mean something in a URL or a shell, where tokens
 * end up although they should not.
 */
const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** 381 bits; ElastiCache takes 16–128 characters. */
const tokenLength = 64;

/** A new auth token, from the system's secure random source. */
export function createToken(): string {
  return Array.from({ length: tokenLength }, () => characters.charAt(randomInt(characters.length))).join('');
}

/** @throws TypeError where ElastiCache would refuse the token; it never shows the token. */
export function checkToken(token: string): void {
  if (/^[A-Za-z0-9!&#$^<>-]{16,128}$/.test(token)) return;
  throw new TypeError(
    `the new token (${token.length} characters) is not valid for ElastiCache: 16-128 letters, digits and !&#$^<>- only`,
  );
}

/**
 * A secret's text with another token, or password, in it. Of JSON only this value changes, every other character stays; a plain token is
 * replaced.
 * @param text accepted by `credentialsIn` before.
 */
export function withToken(text: string, token: string): string {
  if (!text.trimStart().startsWith('{')) return token;
  const members = membersOf(text);
  const member = memberNamed(members, memberNamed(members, 'username') === undefined ? 'auth_token' : 'password');
  if (member === undefined) throw new TypeError('the Redis secret has neither a key "auth_token" nor "password"');
  return text.slice(0, member.valueStart) + JSON.stringify(token) + text.slice(member.valueEnd);
}
