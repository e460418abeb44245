/** Prints what the publisher of this checkout stores for the shared cases: published.jsonl of test/fixtures/previous-version. */
import type { SQSRecord } from 'aws-lambda';
import { readRecord } from '../../lambda/publisher/read-record';
import { eventBody } from '../support/events';
import { detailTextOf, readCases } from './registration-cases';

const published = readCases().filter(({ verdict }) => verdict === 'published');
for (const [index, each] of published.entries()) {
  const body = eventBody(detailTextOf(each), { id: `case-${index}` });
  const { write } = readRecord({ messageId: each.title, body } as SQSRecord, []);
  // The largest bodies would be most of the file.
  if (write?.kind !== 'message' || body.length > 1000) continue;
  process.stdout.write(`${JSON.stringify({ title: each.title, body, text: write.text, digest: write.digest })}\n`);
}
