import { createHash } from 'node:crypto';

/** Who holds a claim, as `lua/parts/claims.lua` records it in the claims hash. */
export interface Holder {
  /** Begins with `-` for a plain consumer's claim. */
  readonly nonce: string;
  readonly consumer: string;
  /** ms since 1970, in digits: a foreign record can hold more of them than a number. */
  readonly claimedAtMs: string;
  /** False where the message is only prefetched. */
  readonly started: boolean;
}

/** The digest by which the claims hash knows a text. */
export function claimDigestOf(text: string | Buffer): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 24);
}

/** The id of a holder's claim in the leases. */
export function claimIdOf(text: string | Buffer, { nonce }: Holder): string {
  return `${claimDigestOf(text)}/${nonce}`;
}

/** Parses the field of a digest: a record for each claim of an equal text. Records of another format are omitted. */
export function parseHolders(records: string | null | undefined): Holder[] {
  return (records ?? '').split('\n').flatMap((record): Holder[] => {
    const [, nonce, consumer, claimedAtMs, phase] = /^(\S+) (\S+) (\d+) ([012])$/.exec(record) ?? [];
    if (nonce === undefined || consumer === undefined || claimedAtMs === undefined) return [];
    return [{ nonce, consumer, claimedAtMs, started: phase !== '0' }];
  });
}
