/** The cases of contract/cases/sqs-bodies.jsonl, complete SQS bodies, and generated cases that are too large for a file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RefusalCode } from '../../contract/read-event';

/** A line of the file. `adds` and `around` extend a valid event; `body` replaces it. */
interface WrittenCase {
  readonly title: string;
  /** Members inserted before those of a valid `detail`, character for character. */
  readonly adds?: string;
  /** Members appended to a valid event, outside its `detail`. */
  readonly around?: string;
  /** The complete body. */
  readonly body?: string;
  readonly verdict: 'delivered' | 'refused';
  /** Reason of a refusal. */
  readonly code?: RefusalCode;
}

/** A body and its expected result. */
export interface BodyCase {
  readonly title: string;
  readonly body: string;
  /** The payload that every subscription receives; absent for a refused body. */
  readonly payload?: string;
  readonly code?: RefusalCode;
}

const [pipeline, rest] = [
  '"baseline_validated":true',
  '"model_id":"m-1","token_symbol":"CRSK","metric_name":"auroc","baseline_value":0.82,"performance_data":{"current_value":0.87}',
];

/** A valid event with this id; the texts are inserted unchanged. */
export function bodyWith(id: string, { adds = '', around = '' }: { adds?: string; around?: string } = {}): string {
  const detail = `{${adds}${adds === '' ? '' : ','}${rest},${pipeline}}`;
  return (
    `{"version":"0","id":"${id}","detail-type":"ModelRegistered","source":"hokusai.registry","time":"2026-11-23T10:00:00Z",` +
    `"detail":${detail}${around === '' ? '' : ','}${around}}`
  );
}

/** The event of each line has the id `body-<line>`, unless the case sets another one. */
export function readBodyCases(file = join(__dirname, '../../contract/cases/sqs-bodies.jsonl')): BodyCase[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line, index) => {
    const { title, adds, around, body, verdict, code } = JSON.parse(line) as WrittenCase;
    const id = `body-${index + 1}`;
    const text = body ?? bodyWith(id, { ...(adds === undefined ? {} : { adds }), ...(around ? { around } : {}) });
    if (verdict === 'delivered') return { title, body: text, payload: payloadWith(adds) };
    if (code === undefined) throw new Error(`"${title}" is refused and needs a code`);
    return { title, body: text, code };
  });
}

/** Bodies that are generated instead of stored. */
export function madeBodyCases(): BodyCase[] {
  const good = bodyWith('made');
  const depth = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const deepObject = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
  return [
    {
      title: '10 MB in one field',
      body: bodyWith('made', { adds: `"notes":"${'x'.repeat(1e7)}"` }),
      code: 'TOO_LARGE',
    },
    { title: '10 MB of brackets only', body: '['.repeat(1e7), code: 'TOO_LARGE' },
    {
      title: '10,000 nested arrays in the detail',
      body: bodyWith('made', { adds: `"x":${depth(10_000)}` }),
      code: 'TOO_DEEP',
    },
    {
      title: '10,000 nested objects in the detail',
      body: bodyWith('made', { adds: `"x":${deepObject}` }),
      code: 'TOO_DEEP',
    },
    { title: '10,000 nested arrays as the body', body: depth(10_000), code: 'CONTRACT_VIOLATION' },
    { title: '10,000 unclosed arrays', body: '['.repeat(10_000), code: 'NOT_JSON' },
    {
      title: '10,000 nested objects outside the detail',
      body: bodyWith('beside', { around: `"x":${deepObject}` }),
      payload: payloadWith(),
    },
    {
      title: '10,000 nested objects outside an invalid detail',
      body: bodyWith('made', { adds: '"model_name":7', around: `"x":${deepObject}` }),
      code: 'CONTRACT_VIOLATION',
    },
    { title: 'UTF-16, read byte by byte', body: Buffer.from(good, 'utf16le').toString('latin1'), code: 'NOT_JSON' },
    { title: 'UTF-16, read as UTF-8', body: Buffer.from(good, 'utf16le').toString('utf8'), code: 'NOT_JSON' },
    {
      title: 'UTF-16 with the other byte order',
      body: Buffer.from(good, 'utf16le').swap16().toString('utf8'),
      code: 'NOT_JSON',
    },
    { title: 'a base64-encoded event', body: Buffer.from(good).toString('base64'), code: 'NOT_JSON' },
    { title: 'a percent-encoded event', body: encodeURIComponent(good), code: 'NOT_JSON' },
    { title: 'an event as a JSON string', body: JSON.stringify(good), code: 'CONTRACT_VIOLATION' },
    { title: 'two events in one body', body: `${good}\n${good}`, code: 'NOT_JSON' },
    { title: 'an event without its last character', body: good.slice(0, -1), code: 'NOT_JSON' },
    {
      title: '10,000 unknown fields',
      body: bodyWith('names', { adds: manyNames }),
      payload: payloadWith(manyNames),
    },
  ];
}

const manyNames = Array.from({ length: 10_000 }, (_, index) => `"f${index}":${index}`).join(',');

function payloadWith(adds = ''): string {
  return `{${adds}${adds === '' ? '' : ','}${rest}}`;
}
