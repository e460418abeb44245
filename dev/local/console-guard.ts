/** Who may use the page: a browser on this machine that looks at this page, and no other page in it. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Of every answer. A policy of `no-referrer` would make a form's Origin `null`. */
export const guardHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** A name of this machine's loopback, with the port: any other name that resolves to it is an attack (DNS rebinding). */
export function isOwnHost({ host = '' }: IncomingHttpHeaders, port: number): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].some((name) => host.toLowerCase() === `${name}:${port}`);
}

/** Whether a form was sent by a page of ours. */
export function isOwnForm(headers: IncomingHttpHeaders, sent: string | null, token: string): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  const own = origin === undefined ? site === 'same-origin' : origin === `http://${host ?? ''}`;
  const [given, due] = [Buffer.from(sent ?? ''), Buffer.from(token)];
  return own && given.length === due.length && timingSafeEqual(given, due);
}
