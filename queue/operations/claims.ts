/** Lists the claims of a queue, and releases them. */
import type { Redis } from 'ioredis';
import { type Answer, type ClaimSummary, operationsPage, type Outcome } from '../../contract/operations';
import { parseHolder } from '../holder';
import { isoTimeOf } from '../iso-time';
import type { ModelQueue } from '../model-queue';
import { idOf, summaryOf } from './summary';

/** Claims that one release examines at most. */
const searchedClaims = 10_000;

/** One page, the newest first. A claim that ends meanwhile has no holder. */
export async function listClaims(redis: Redis, queue: ModelQueue, offset: number): Promise<Answer<'claims'>> {
  const texts = await queue.page(redis, 'processing', { from: 'newest', offset, count: operationsPage });
  const total = await redis.llen(queue.keys.processing);
  if (texts.length === 0) return { entries: [], examined: 0, total };
  const records = await redis.hmget(queue.keys.holders, ...texts);
  const leases = await redis.zmscore(queue.keys.leases, ...texts);
  const entries = texts.map((text, index): ClaimSummary => {
    const holder = parseHolder(records[index]);
    return {
      ...summaryOf(queue.name, text),
      consumer: holder?.consumer ?? null,
      claimed_at: timeOrNull(holder?.claimedAtMs),
      lease_ends_at: timeOrNull(leases[index]),
      started: holder?.started ?? true,
    };
  });
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
    const record = await redis.hget(queue.keys.holders, text);
    const nonce = parseHolder(record)?.nonce;
    // The script compares the nonce: a message that another consumer has claimed meanwhile stays with it.
    const released = nonce === undefined ? 0 : await queue.giveBack(redis, nonce, [text]);
    const missing = nonce === undefined ? 'no-lease-yet' : 'not-found';
    outcomes.push({ ...summaryOf(queue.name, text), result: released === 1 ? 'released' : missing });
  }
  return { outcomes };
}

async function claimsWith(redis: Redis, queue: ModelQueue, ids: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let offset = 0; offset < searchedClaims && found.size < ids.length; offset += operationsPage) {
    const texts = await queue.page(redis, 'processing', { from: 'newest', offset, count: operationsPage });
    for (const text of texts) if (ids.includes(idOf(text))) found.set(idOf(text), text);
    if (texts.length < operationsPage) break;
  }
  return found;
}

function timeOrNull(ms: string | null | undefined): string | null {
  return ms === null || ms === undefined ? null : isoTimeOf(ms);
}
