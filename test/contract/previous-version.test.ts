/** Packages and messages of the previous version, beside those of this one: during an upgrade both are in use. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as NodePackage from '../../clients/node/index';
import { payloadTextOf, readMessage, redrivenText } from '../../contract/message';
import { readEvent } from '../../contract/read-event';
import { python } from '../examples/program';
import { tried } from '../support/claims';
import { eventBody, registered } from '../support/events';
import { previousVersionFolder, usePreviousVersion } from '../support/previous-version';
import { readBodyCases } from './body-cases';
import { detailTextOf, readCases } from './registration-cases';

const previous = usePreviousVersion();
const ownPython = join(__dirname, '../../clients/python/src');

/** What a client reads: the envelope, with 0 or null for a field that it does not have, and the payload's text. */
type Reading = Readonly<Record<string, unknown>>;

function nodeReadings(texts: readonly string[], client: Pick<typeof NodePackage, 'readMessage' | 'payloadTextOf'>) {
  return texts.map((text): Reading => {
    const { message_id, correlation_id, timestamp, retry_count, ...others } = client.readMessage(text);
    const { redrive_count = 0, replay_name = null, trace_parent = null } = others;
    const envelope = { message_id, correlation_id, timestamp, retry_count, redrive_count, replay_name, trace_parent };
    return { ...envelope, payload_text: client.payloadTextOf(text) };
  });
}

function pythonReadings(texts: readonly string[], pythonPath: string): Reading[] {
  const output = execFileSync(python(), [join(__dirname, 'read-messages.py')], {
    input: texts.map((text) => `${JSON.stringify(text)}\n`).join(''),
    env: { PYTHONPATH: pythonPath, PYTHONDONTWRITEBYTECODE: '1' },
    maxBuffer: 1e8,
    encoding: 'utf8',
  });
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Reading);
}

/** What this publisher writes for the shared cases, and for an event with everything that is optional in the envelope. */
function writtenTexts(): string[] {
  const details = readCases().filter(({ verdict }) => verdict === 'published');
  const bodies = readBodyCases().filter(({ payload }) => payload !== undefined);
  const all = [...details.map((each) => eventBody(detailTextOf(each))), ...bodies.map(({ body }) => body)];
  const texts = all.map((body) => textOf(body));
  const full = textOf(
    eventBody(registered(), { 'replay-name': 'hokusai-site.again' }),
    `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
  );
  return [...texts, full, tried(full, 3), redrivenText(tried(full, 3))];
}

function textOf(body: string, traceParent?: string): string {
  const reading = readEvent(body, traceParent);
  if (reading.kind !== 'message') throw new Error(`not published: ${body}`);
  return reading.text;
}

test('the previous Node and Python packages read what this publisher writes as the current ones do', async () => {
  const texts = writtenTexts();
  expect(texts.length).toBeGreaterThan(100);
  const current = nodeReadings(texts, { readMessage, payloadTextOf });
  expect(nodeReadings(texts, (await import(previous().nodeModule)) as typeof NodePackage)).toEqual(current);
  expect(pythonReadings(texts, previous().pythonPath)).toEqual(current);
});

test('the current Node and Python packages read what the previous publisher wrote as the previous ones do', async () => {
  const published = readFileSync(join(previousVersionFolder, 'published.jsonl'), 'utf8').trimEnd().split('\n');
  const texts = published.map((line) => (JSON.parse(line) as { readonly text: string }).text);
  const before = nodeReadings(texts, (await import(previous().nodeModule)) as typeof NodePackage);
  expect(nodeReadings(texts, { readMessage, payloadTextOf })).toEqual(before);
  expect(pythonReadings(texts, ownPython)).toEqual(before);
});
