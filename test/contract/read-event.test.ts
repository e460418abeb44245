import fc from 'fast-check';
import { payloadTextOf, readMessage } from '../../contract/message';
import { type EventReading, readEvent } from '../../contract/read-event';
import { eventBody, registered } from '../support/events';

type Message = Extract<EventReading, { kind: 'message' }>;
type Refused = Extract<EventReading, { kind: 'refused' }>;

function accepted(body: string): Message {
  const reading = readEvent(body);
  if (reading.kind !== 'message') throw new Error(`expected a message, got ${JSON.stringify(reading)}`);
  return reading;
}

function refusal(body: string): Refused {
  const reading = readEvent(body);
  if (reading.kind !== 'refused') throw new Error(`expected a refusal, got ${JSON.stringify(reading)}`);
  return reading;
}

test('the envelope has its keys in their fixed order, retry_count before the payload', () => {
  const body = eventBody(registered({ event_id: 'e-1', correlation_id: 'c-1' }), { time: '2026-11-23T10:00:00+01:00' });

  expect(accepted(body).text).toBe(
    '{"event_type":"model_ready_to_deploy","schema_version":"1.0","message_id":"e-1","correlation_id":"c-1",' +
      '"timestamp":"2026-11-23T09:00:00.000Z","retry_count":0,"payload":{"model_id":"credit-risk-7","token_symbol":"CRSK",' +
      '"metric_name":"auroc","baseline_value":0.82,"performance_data":{"current_value":0.87}}}',
  );
});

test('without event_id and correlation_id, the id of the event is used for both', () => {
  const { messageId, correlationId } = accepted(eventBody(registered(), { id: 'bridge-1' }));
  expect([messageId, correlationId]).toEqual(['bridge-1', 'bridge-1']);
});

test.each(['9007199254740993', '1.10', '1e400', '-0.0', '3.141592653589793238462643383279502884197', '1E+2'])(
  'the number %s leaves as it came, in performance_data and in an unknown field',
  (digits) => {
    const detail = JSON.stringify(registered())
      .replace('{"current_value":0.87}', `{ "a" : [${digits}],"current_value":0.87}`)
      .replace('}', ' }')
      .replace(/\}$/, `,"new_field":${digits}}`);
    const payload = payloadTextOf(accepted(eventBody(detail)).text);
    expect(payload).toContain(`"performance_data":{ "a" : [${digits}],"current_value":0.87 }`);
    expect(payload).toContain(`"new_field":${digits}`);
  },
);

test('any JSON in performance_data and in unknown fields arrives character for character', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.json(), (inside, unknown) => {
      const detail = `{"zz":${unknown},${JSON.stringify(registered())
        .slice(1, -1)
        .replace('0.87', () => `0.87,"x":${inside}`)}}`;
      const payload = payloadTextOf(accepted(eventBody(detail)).text);
      expect(payload).toBe(
        `{"zz":${unknown},${detail.slice(detail.indexOf('"model_id"'), detail.indexOf(',"baseline_validated"'))}}`,
      );
    }),
  );
});

test('strings with quotes, backslashes and brackets are carried unchanged', () => {
  const odd = 'a\\"}],{["\\\\';
  const body = eventBody(registered({ model_name: odd, performance_data: { note: `${odd}"payload":` } }));
  expect(readMessage(accepted(body).text).payload).toMatchObject({
    model_name: odd,
    performance_data: { note: `${odd}"payload":` },
  });
});

test('all violations are named at once, with field, rule and value', () => {
  const body = eventBody(
    registered({
      model_id: '',
      token_symbol: 'has space',
      baseline_value: 'high',
      tags: { owner: 7 },
      performance_data: undefined,
    }),
  );
  const { code, reason, readable } = refusal(body);
  expect(code).toBe('CONTRACT_VIOLATION');
  expect(readable).toBe(true);
  expect(reason.split('; ')).toEqual([
    'detail.model_id: a string of 1 to 256 characters, got ""',
    'detail.token_symbol: 1 to 64 of A-Z, a-z, 0-9 and -, got "has space"',
    'detail.baseline_value: a finite number, got "high"',
    'detail.performance_data: required, got nothing',
    'detail.tags.owner: a string, got 7',
  ]);
});

test('a value in a reason is shortened and cannot act on a terminal, a log or a page', () => {
  const { reason } = refusal(eventBody(registered({ token_symbol: `\u001b[31m<script>\u202e\n${'x'.repeat(500)}` })));
  expect(reason).toContain('"\\u001b[31m\\u003cscript\\u003e\\u202e\\u000a');
  expect(reason).toContain('(515 characters)');
  expect(reason.length).toBeLessThan(250);
});

test('lengths are counted in characters, not in UTF-16 units', () => {
  expect(readEvent(eventBody(registered({ model_id: '🌊'.repeat(256) }))).kind).toBe('message');
  expect(readEvent(eventBody(registered({ model_id: '🌊'.repeat(257) }))).kind).toBe('refused');
});

test.each([
  ['no JSON', '{"detail":', 'NOT_JSON'],
  ['an empty body', '', 'NOT_JSON'],
  ['an array', '[1]', 'CONTRACT_VIOLATION'],
  ['no detail', eventBody('{}').replace('"detail":', '"details":'), 'CONTRACT_VIOLATION'],
  ['a detail that is a string', eventBody('"text"'), 'CONTRACT_VIOLATION'],
  ['another source', eventBody(registered(), { source: 'other.source' }), 'CONTRACT_VIOLATION'],
  ['another detail-type', eventBody(registered(), { 'detail-type': 'ModelDeleted' }), 'CONTRACT_VIOLATION'],
  ['a time that does not exist', eventBody(registered(), { time: '2026-13-40T00:00:00Z' }), 'CONTRACT_VIOLATION'],
  [
    'a duplicate field',
    eventBody(JSON.stringify(registered()).replace('{', '{"model_id":"other",')),
    'CONTRACT_VIOLATION',
  ],
  ['an infinite baseline', eventBody(JSON.stringify(registered()).replace('0.82', '1e400')), 'CONTRACT_VIOLATION'],
])('%s is refused with a reason', (_, body, code) => {
  const reading = refusal(body);
  expect(reading.code).toBe(code);
  expect(reading.reason).not.toBe('');
});

function nested(levels: number): string {
  const inner = '['.repeat(levels - 2) + ']'.repeat(levels - 2);
  return eventBody(JSON.stringify(registered()).replace('0.87', `0.87,"deep":${inner}`));
}

test('64 nesting levels are accepted; 65 and 90,000 are refused', () => {
  expect(readEvent(nested(64)).kind).toBe('message');
  expect(refusal(nested(65))).toMatchObject({
    code: 'TOO_DEEP',
    reason: 'detail has 65 levels, 64 are allowed',
    readable: false,
  });
  expect(refusal(nested(90_000)).code).toBe('TOO_DEEP');
});

test('an event of 200 KB is accepted, an event with one byte more is refused', () => {
  const bare = Buffer.byteLength(eventBody(registered({ notes: '' }), { id: 'x' }));
  const sized = (bytes: number): string => eventBody(registered({ notes: 'n'.repeat(bytes - bare) }), { id: 'x' });
  expect(readEvent(sized(200 * 1024)).kind).toBe('message');
  expect(refusal(sized(200 * 1024 + 1))).toMatchObject({ code: 'TOO_LARGE', readable: false });
});

test('a registration without a validated baseline is skipped, and one that also breaks a rule is refused', () => {
  expect(readEvent(eventBody(registered({ baseline_validated: false }))).kind).toBe('skipped');
  expect(readEvent(eventBody(registered({ baseline_validated: false, model_id: 7 }))).kind).toBe('refused');
});

test('the detail of a smoke event is not validated', () => {
  expect(readEvent(eventBody({ anything: 1 }, { source: 'hokusai.smoke' })).kind).toBe('smoke');
});

test('prototype names are ordinary fields', () => {
  const detail = JSON.stringify(registered()).replace('{', '{"__proto__":{"polluted":1},"constructor":2,');
  expect(payloadTextOf(accepted(eventBody(detail)).text)).toContain('"__proto__":{"polluted":1},"constructor":2');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('a random body is refused without an exception', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (body) =>
      expect(readEvent(body).kind).toBe('refused'),
    ),
  );
});
