/** Every SQS body is delivered exactly or refused with a reason: the shared cases, and random texts. */
import fc from 'fast-check';
import { composeDeadLetter, readDeadLetter } from '../../contract/dead-letter';
import { payloadTextOf, readMessage } from '../../contract/message';
import { readEvent } from '../../contract/read-event';
import { bodyWith, madeBodyCases, readBodyCases } from './body-cases';
import { eventText, mutilated } from './hostile-texts';

/** 20 broken rules, each with a field's name and a value, both shortened and then escaped. */
const longestReason = 20 * (64 * 6 + 60 * 6 + 120);
/** Longest run of characters of the body in a reason: a shortened value. */
const longestQuote = 61;

/** Expects a message that consumers can read, or a refusal that operators can read. */
function expectDeliveredOrRefused(body: string): ReturnType<typeof readEvent> {
  const reading = readEvent(body);
  if (reading.kind === 'message') {
    expect(readMessage(reading.text)).toMatchObject({
      message_id: reading.messageId,
      correlation_id: reading.correlationId,
    });
    // Redis keeps bytes.
    expect(Buffer.from(reading.text).toString()).toBe(reading.text);
  }
  if (reading.kind === 'refused') {
    const { code, reason, readable } = reading;
    expect(reason).toMatch(/^[^\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069<>]+$/u);
    expect(reason.length).toBeLessThan(longestReason);
    if (body.length > longestQuote) expect(reason).not.toContain(body.slice(0, longestQuote + 1));
    const { head, tail } = composeDeadLetter(body, readable, { code, message: reason }, 'publisher', 'model_events');
    const letter = `${head}2026-11-23T10:00:00.000Z${tail}`;
    const read = readDeadLetter(Buffer.from(letter).toString());
    expect(read).toMatchObject({ kind: 'dead-letter', deadLetter: { error: { code, message: reason } } });
    // A dead letter that embeds its event as JSON omits the white space around it.
    const kept = readable ? body.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '') : body;
    expect(read.kind === 'dead-letter' && read.messageText === kept).toBe(true);
  }
  return reading;
}

test.each([...readBodyCases(), ...madeBodyCases()].map((each) => [each.title, each] as const))(
  'reading returns the expected payload or error code for %s',
  (_, { body, payload, code }) => {
    const reading = expectDeliveredOrRefused(body);
    if (payload === undefined) expect(reading).toMatchObject({ kind: 'refused', code });
    else expect(reading.kind === 'message' && payloadTextOf(reading.text)).toBe(payload);
  },
);

test('the titles of the cases are not empty and unique', () => {
  const names = [...readBodyCases(), ...madeBodyCases()].map(({ title }) => title);
  expect(names.filter((name, index) => name === '' || names.indexOf(name) !== index)).toEqual([]);
});

test('random texts and random bytes read as text are refused; inserted into an event, they are accepted or refused', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    bytes.map((each) => each.toString('utf8')),
    bytes.map((each) => each.toString('latin1')),
    bytes.map((each) => each.toString('utf16le')),
    fc.json(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(expectDeliveredOrRefused(text).kind).toBe('refused');
      expect(['message', 'refused']).toContain(expectDeliveredOrRefused(bodyWith('x', { adds: text })).kind);
      expect(['message', 'refused']).toContain(expectDeliveredOrRefused(bodyWith('x', { around: text })).kind);
    }),
    { numRuns: 500 },
  );
});

test('a truncated, duplicated or corrupted event is accepted or refused with a reason', () => {
  fc.assert(
    fc.property(mutilated(bodyWith('good', { adds: '"x":[{"y":"\\"}{"},1.10]' })), (body) => {
      expectDeliveredOrRefused(body);
    }),
    { numRuns: 1500 },
  );
});

test('every member of a detail keeps its characters and its position in the payload', () => {
  fc.assert(
    fc.property(eventText(), ({ body, payload }) => {
      const reading = expectDeliveredOrRefused(body);
      expect(reading.kind === 'message' && payloadTextOf(reading.text)).toBe(payload);
    }),
    { numRuns: 500 },
  );
});
