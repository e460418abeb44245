/** Restricts the console to its own pages in a browser on this machine. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Headers of every response. The policy `no-referrer` would make a form's Origin `null`. */
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

/** Whether Host is a loopback name with the port. Another name that resolves to this machine indicates DNS rebinding. */
export function isOwnHost({ host = '' }: IncomingHttpHeaders, port: number): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].some((name) => host.toLowerCase() === `${name}:${port}`);
}

/** Whether a page of this console sent the form. */
export function isOwnForm(headers: IncomingHttpHeaders, sent: string | null, token: string): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  const own = origin === undefined ? site === 'same-origin' : origin === `http://${host ?? ''}`;
  const [received, expected] = [Buffer.from(sent ?? ''), Buffer.from(token)];
  return own && received.length === expected.length && timingSafeEqual(received, expected);
}
