/** Downloads of dead letters. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { operationsPage } from '../../contract/operations';
import type { ModelQueue } from '../../queue/model-queue';
import { deadLetterSummaryOf } from '../../queue/operations/summary';
import type { RedisSession } from '../../queue/session';

/** Headers of a download; other characters than `A-Za-z0-9.-` in its name become `-`. */
export function downloadHeaders(name: string, type: 'json' | 'lines'): Record<string, string> {
  const safe = name.replace(/[^A-Za-z0-9.-]/g, '-');
  return {
    'content-type': type === 'lines' ? 'application/x-ndjson; charset=utf-8' : 'text/plain; charset=utf-8',
    'content-disposition': `attachment; filename="${safe}.${type === 'lines' ? 'jsonl' : 'txt'}"`,
  };
}

/**
 * Writes a JSON line for each dead letter, oldest first: its summary and its `text` as in Redis. Dead letters that arrive during
 * the download follow at the end. Waits for a slow client.
 * @throws RedisError: the caller must abort the response, so that it does not look complete
 */
export async function writeDeadLetters(
  session: RedisSession,
  queue: ModelQueue,
  response: ServerResponse,
): Promise<void> {
  const closed = new Promise((resolve) => response.once('close', resolve));
  for (let offset = 0; !response.destroyed; offset += operationsPage) {
    const texts = await session.use('download', (redis) =>
      queue.page(redis, 'deadLetters', { from: 'oldest', offset, count: operationsPage }),
    );
    const lines = texts.map((text) => `${JSON.stringify({ ...deadLetterSummaryOf(queue.name, text), text })}\n`);
    if (!response.write(lines.join(''))) await Promise.race([once(response, 'drain'), closed]);
    if (texts.length < operationsPage) break;
  }
  response.end();
}
