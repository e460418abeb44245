/** Who holds a claim, as `lua/parts/holders.lua` records it in the holders hash. */
export interface Holder {
  /** `-` for a plain consumer's claim. */
  readonly nonce: string;
  readonly consumer: string;
  /** ms since 1970, in digits: a foreign record can hold more of them than a number. */
  readonly claimedAtMs: string;
  /** False where the message is only prefetched. */
  readonly started: boolean;
}

/** Parses a holder record; undefined where the record is missing or has another format. */
export function parseHolder(record: string | null | undefined): Holder | undefined {
  const [, nonce, consumer, claimedAtMs, started] = /^(\S+) (\S+) (\d+) ([01])$/.exec(record ?? '') ?? [];
  if (nonce === undefined || consumer === undefined || claimedAtMs === undefined) return undefined;
  return { nonce, consumer, claimedAtMs, started: started === '1' };
}
