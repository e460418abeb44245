/** Whatever stands in SQS is delivered exactly or refused clearly: the corpus, and texts that nobody has thought of. */
import fc from 'fast-check';
import { composeDeadLetter, readDeadLetter } from '../../contract/dead-letter';
import { payloadTextOf, readMessage } from '../../contract/message';
import { readEvent } from '../../contract/read-event';
import { bodyWith, madeBodyCases, readBodyCases } from './body-cases';
import { eventText, mutilated } from './hostile-texts';

/** 20 broken rules, each with a field's name and a value, both shortened and then escaped. */
const longestReason = 20 * (64 * 6 + 60 * 6 + 120);
/** Characters of the body that a reason may show in a row: a shortened value. */
const mostShown = 61;

/** Fails where the body is neither delivered as a message that consumers can read nor refused so that people can. */
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
    if (body.length > mostShown) expect(reason).not.toContain(body.slice(0, mostShown + 1));
    const { head, tail } = composeDeadLetter(body, readable, { code, message: reason }, 'publisher', 'model_events');
    const letter = `${head}2026-11-23T10:00:00.000Z${tail}`;
    const read = readDeadLetter(Buffer.from(letter).toString());
    expect(read).toMatchObject({ kind: 'dead-letter', deadLetter: { error: { code, message: reason } } });
    // White space around an event that stands in its letter as JSON is none of it.
    const kept = readable ? body.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '') : body;
    expect(read.kind === 'dead-letter' && read.messageText === kept).toBe(true);
  }
  return reading;
}

test.each([...readBodyCases(), ...madeBodyCases()].map((each) => [each.says, each] as const))(
  '%s',
  (_, { body, payload, code }) => {
    const reading = expectDeliveredOrRefused(body);
    if (payload === undefined) expect(reading).toMatchObject({ kind: 'refused', code });
    else expect(reading.kind === 'message' && payloadTextOf(reading.text)).toBe(payload);
  },
);

test('cases and their names are unique', () => {
  const names = [...readBodyCases(), ...madeBodyCases()].map(({ says }) => says);
  expect(names.filter((name, index) => name === '' || names.indexOf(name) !== index)).toEqual([]);
});

test('any text at all, and any bytes read as text', () => {
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

test('a good event that is cut, doubled or spoiled anywhere', () => {
  fc.assert(
    fc.property(mutilated(bodyWith('good', { adds: '"x":[{"y":"\\"}{"},1.10]' })), (body) => {
      expectDeliveredOrRefused(body);
    }),
    { numRuns: 1500 },
  );
});

test('each member of a detail leaves as the characters that came, in its place, whatever it is', () => {
  fc.assert(
    fc.property(eventText(), ({ body, payload }) => {
      const reading = expectDeliveredOrRefused(body);
      expect(reading.kind === 'message' && payloadTextOf(reading.text)).toBe(payload);
    }),
    { numRuns: 500 },
  );
});
