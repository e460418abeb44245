/** Lists the claims of a queue, and releases them. */
import type { Redis } from 'ioredis';
import { type Answer, type ClaimSummary, operationsPage, type Outcome } from '../../contract/operations';
import { claimDigestOf, claimIdOf, type Holder, parseHolders } from '../holder';
import { isoTimeOf } from '../iso-time';
import type { ModelQueue } from '../model-queue';
import { idOf, queuedSummaryOf, summaryOf } from './summary';

/** Claims that one call reads. */
const windowEntries = 500;
/** Claims that one release examines at most, the oldest first: stuck ones are old. */
const searchedClaims = 500_000;

/** One page, the newest first. A claim that ends meanwhile has no holder. */
export async function listClaims(redis: Redis, queue: ModelQueue, offset: number): Promise<Answer<'claims'>> {
  const texts = await queue.pageOfBytes(redis, 'processing', { from: 'newest', offset, count: operationsPage });
  const total = await redis.llen(queue.keys.processing);
  if (texts.length === 0) return { entries: [], examined: 0, total };
  const claims = await withHolders(redis, queue, texts);
  // No claim has an empty id.
  const leases = await redis.zmscore(queue.keys.leases, ...claims.map(({ claimId }) => claimId ?? ''));
  const entries = claims.map(({ text, holder }, index): ClaimSummary => ({
    ...queuedSummaryOf(queue.name, String(text)),
    consumer: holder?.consumer ?? null,
    claimed_at: timeOrNull(holder?.claimedAtMs),
    lease_ends_at: timeOrNull(leases[index]),
    started: holder?.started ?? true,
  }));
  return { entries, examined: texts.length, total };
}

/** Returns claims to the queue, unchanged; they are claimed next. The previous holder can no longer acknowledge them. */
export async function releaseClaims(
  redis: Redis,
  queue: ModelQueue,
  ids: readonly string[],
): Promise<Answer<'release'>> {
  const texts = await claimsWith(redis, queue, ids);
  const outcomes: Outcome[] = [];
  for (const id of ids) {
    const text = texts.get(id);
    if (text === undefined) {
      outcomes.push({ queue: queue.name, id, message_id: null, model_id: null, result: 'not-found' });
      continue;
    }
    const [found] = await withHolders(redis, queue, [text]);
    // The script compares the claim: a message that another consumer has claimed meanwhile stays with it.
    const claimId = found?.claimId;
    const released = claimId === undefined ? 0 : await queue.giveBack(redis, [{ id: claimId, text }]);
    const missing = claimId === undefined ? 'no-lease-yet' : 'not-found';
    outcomes.push({ ...summaryOf(queue.name, String(text)), result: released === 1 ? 'released' : missing });
  }
  return { outcomes };
}

async function claimsWith(redis: Redis, queue: ModelQueue, ids: readonly string[]): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (let offset = 0; offset < searchedClaims && found.size < ids.length; offset += windowEntries) {
    const texts = await queue.pageOfBytes(redis, 'processing', { from: 'oldest', offset, count: windowEntries });
    for (const text of texts) {
      const id = idOf(text);
      if (ids.includes(id)) found.set(id, text);
    }
    if (texts.length < windowEntries) break;
  }
  return found;
}

/** Each entry with its claim: the n-th entry of a text belongs to the n-th claim of that text. */
async function withHolders(
  redis: Redis,
  queue: ModelQueue,
  texts: readonly Buffer[],
): Promise<{ text: Buffer; holder?: Holder; claimId?: string }[]> {
  if (texts.length === 0) return [];
  const digests = texts.map(claimDigestOf);
  const records = await redis.hmget(queue.keys.claims, ...digests);
  const left = new Map(digests.map((digest, index) => [digest, parseHolders(records[index])]));
  return texts.map((text, index) => {
    const holder = left.get(digests[index] ?? '')?.shift();
    return holder === undefined ? { text } : { text, holder, claimId: claimIdOf(text, holder) };
  });
}

function timeOrNull(ms: string | null | undefined): string | null {
  return ms === null || ms === undefined ? null : isoTimeOf(ms);
}
