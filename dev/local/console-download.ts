/** Dead letters as files. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { operationsPage } from '../../contract/operations';
import type { ModelQueue } from '../../queue/model-queue';
import { deadLetterSummaryOf } from '../../queue/operations/summary';
import type { RedisSession } from '../../queue/session';

/** A name for a file that says where its content is from; a queue's name has nothing that a header could trip over. */
export function downloadHeaders(name: string, type: 'json' | 'lines'): Record<string, string> {
  const safe = name.replace(/[^A-Za-z0-9.-]/g, '-');
  return {
    'content-type': type === 'lines' ? 'application/x-ndjson; charset=utf-8' : 'text/plain; charset=utf-8',
    'content-disposition': `attachment; filename="${safe}.${type === 'lines' ? 'jsonl' : 'txt'}"`,
  };
}

/**
 * Writes a line for each dead letter, oldest first: its fields, and its unchanged `text`. Includes dead letters that are added
 * meanwhile. Waits for a slow browser.
 * @throws RedisError: the answer must not look complete then
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
