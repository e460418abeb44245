/** Verifies an IAM token as AWS does, with code of its own: Signature Version 4 of a presigned URL. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type IamCache } from '../../contract/iam-cache';

/** A pair of keys that AWS knows, with the token of a role's session. */
export interface KnownCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ExpectedToken {
  readonly cache: IamCache;
  /** The name in the AUTH command. */
  readonly username: string;
  readonly known: readonly KnownCredentials[];
  readonly nowMs: number;
}

const mostSeconds = 900;
const skewSeconds = 300;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

/** Why AWS refuses the token; undefined for a valid one. */
export function tokenFault(token: string, { cache, username, known, nowMs }: ExpectedToken): string | undefined {
  const [name, query] = token.split('/?', 2);
  if (query === undefined) return 'it is no presigned URL';
  if (name !== cache.name) return `it is for the cache ${name}`;
  const parameters = new URLSearchParams(query);
  const value = (key: string): string => parameters.get(key) ?? '';
  if (value('Action') !== 'connect') return `its action is ${value('Action')}`;
  if (value('User') !== username) return `it is for the user ${value('User')}`;
  if ((parameters.get('ResourceType') === 'ServerlessCache') !== cache.isServerless) return 'wrong ResourceType';
  if (value('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') return 'wrong algorithm';
  if (value('X-Amz-SignedHeaders') !== 'host') return 'wrong signed headers';

  const date = value('X-Amz-Date');
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)?.map(Number) ?? [];
  const signedMs = Date.UTC(year ?? NaN, (month ?? NaN) - 1, day, hour, minute, second);
  const seconds = Number(value('X-Amz-Expires'));
  if (!(seconds >= 1 && seconds <= mostSeconds)) return `it lasts ${seconds} seconds`;
  if (!(nowMs < signedMs + seconds * 1000)) return 'it has expired';
  if (signedMs > nowMs + skewSeconds * 1000) return 'it is not valid yet';

  const [keyId, ...scope] = value('X-Amz-Credential').split('/');
  const expectedScope = [date.slice(0, 8), cache.region, cache.service, 'aws4_request'];
  if (scope.join('/') !== expectedScope.join('/')) return `its scope is ${scope.join('/')}`;
  const credentials = known.find(({ accessKeyId }) => accessKeyId === keyId);
  if (credentials === undefined) return `unknown access key ${keyId}`;
  if (parameters.get('X-Amz-Security-Token') !== (credentials.sessionToken ?? null)) return 'wrong session token';

  const canonicalQuery = [...parameters]
    .filter(([key]) => key !== 'X-Amz-Signature')
    .map(([key, text]) => `${encoded(key)}=${encoded(text)}`)
    .sort()
    .join('&');
  const request = ['GET', '/', canonicalQuery, `host:${name}`, '', 'host', sha256('')].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(request)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  const given = Buffer.from(value('X-Amz-Signature'), 'hex');
  const wanted = hmac(key, toSign);
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? undefined : 'wrong signature';
}
