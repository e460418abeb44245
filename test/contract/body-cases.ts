/** The cases of contract/cases/sqs-bodies.jsonl, whole SQS bodies, and those too large to be kept in a file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RefusalCode } from '../../contract/read-event';

/** A line of the file. One of `adds`, `around` and `body` says what is in the body; all but `body` stand in a good event. */
interface WrittenCase {
  readonly says: string;
  /** Members put before those of a good `detail`, character for character. */
  readonly adds?: string;
  /** Members put behind those of a good event, around its `detail`. */
  readonly around?: string;
  /** The body itself. */
  readonly body?: string;
  readonly verdict: 'delivered' | 'refused';
  /** Why it was refused. */
  readonly code?: RefusalCode;
}

/** A body, and what has to become of it. */
export interface BodyCase {
  readonly says: string;
  readonly body: string;
  /** The payload that every subscription gets; nothing where the body is refused. */
  readonly payload?: string;
  readonly code?: RefusalCode;
}

const [pipeline, rest] = [
  '"baseline_validated":true',
  '"model_id":"m-1","token_symbol":"CRSK","metric_name":"auroc","baseline_value":0.82,"performance_data":{"current_value":0.87}',
];

/** A good event of this id; the texts go in as they stand. */
export function bodyWith(id: string, { adds = '', around = '' }: { adds?: string; around?: string } = {}): string {
  const detail = `{${adds}${adds === '' ? '' : ','}${rest},${pipeline}}`;
  return (
    `{"version":"0","id":"${id}","detail-type":"ModelRegistered","source":"hokusai.registry","time":"2026-11-23T10:00:00Z",` +
    `"detail":${detail}${around === '' ? '' : ','}${around}}`
  );
}

/** Each case of the file has the id `body-<line>`, where its body says nothing else. */
export function readBodyCases(file = join(__dirname, '../../contract/cases/sqs-bodies.jsonl')): BodyCase[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line, index) => {
    const { says, adds, around, body, verdict, code } = JSON.parse(line) as WrittenCase;
    const id = `body-${index + 1}`;
    const text = body ?? bodyWith(id, { ...(adds === undefined ? {} : { adds }), ...(around ? { around } : {}) });
    if (verdict === 'delivered') return { says, body: text, payload: payloadWith(adds) };
    if (code === undefined) throw new Error(`"${says}" is refused: its code is missing`);
    return { says, body: text, code };
  });
}

/** Bodies that are made rather than kept. */
export function madeBodyCases(): BodyCase[] {
  const good = bodyWith('made');
  const depth = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const deepObject = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
  return [
    { says: '10 MB in one field', body: bodyWith('made', { adds: `"notes":"${'x'.repeat(1e7)}"` }), code: 'TOO_LARGE' },
    { says: '10 MB of nothing but brackets', body: '['.repeat(1e7), code: 'TOO_LARGE' },
    { says: '10,000 arrays in the detail', body: bodyWith('made', { adds: `"x":${depth(10_000)}` }), code: 'TOO_DEEP' },
    { says: '10,000 objects in the detail', body: bodyWith('made', { adds: `"x":${deepObject}` }), code: 'TOO_DEEP' },
    { says: '10,000 arrays as the body', body: depth(10_000), code: 'CONTRACT_VIOLATION' },
    { says: '10,000 arrays that nobody closes', body: '['.repeat(10_000), code: 'NOT_JSON' },
    {
      says: '10,000 objects beside the detail',
      body: bodyWith('beside', { around: `"x":${deepObject}` }),
      payload: payloadWith(),
    },
    {
      says: '10,000 objects beside a broken detail',
      body: bodyWith('made', { adds: '"model_name":7', around: `"x":${deepObject}` }),
      code: 'CONTRACT_VIOLATION',
    },
    { says: 'UTF-16, read byte by byte', body: Buffer.from(good, 'utf16le').toString('latin1'), code: 'NOT_JSON' },
    { says: 'UTF-16, read as UTF-8', body: Buffer.from(good, 'utf16le').toString('utf8'), code: 'NOT_JSON' },
    {
      says: 'UTF-16 of the other order',
      body: Buffer.from(good, 'utf16le').swap16().toString('utf8'),
      code: 'NOT_JSON',
    },
    { says: 'base64', body: Buffer.from(good).toString('base64'), code: 'NOT_JSON' },
    { says: 'percent signs', body: encodeURIComponent(good), code: 'NOT_JSON' },
    { says: 'JSON in JSON', body: JSON.stringify(good), code: 'CONTRACT_VIOLATION' },
    { says: 'an event after another one', body: `${good}\n${good}`, code: 'NOT_JSON' },
    { says: 'all but the last character', body: good.slice(0, -1), code: 'NOT_JSON' },
    {
      says: 'a field for each of 10,000 names',
      body: bodyWith('names', { adds: manyNames }),
      payload: payloadWith(manyNames),
    },
  ];
}

const manyNames = Array.from({ length: 10_000 }, (_, index) => `"f${index}":${index}`).join(',');

function payloadWith(adds = ''): string {
  return `{${adds}${adds === '' ? '' : ','}${rest}}`;
}
