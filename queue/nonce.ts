import { randomBytes } from 'node:crypto';

/** Identifies a consumer among those that wait for messages. */
export function newInstance(): string {
  return randomBytes(6).toString('hex');
}

let calls = 0;

/** A nonce for one call of `ModelQueue.claim` by a consumer. */
export function newNonce(instance = newInstance()): string {
  return `${instance}.${(calls++).toString(36)}`;
}
