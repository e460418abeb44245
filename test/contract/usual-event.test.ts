/** The reader of usual events returns what `readEvent` returns, or leaves the event to it. */
import { isDeepStrictEqual } from 'node:util';
import { type EventReading, readEvent } from '../../contract/read-event';
import { readUsualEvent } from '../../contract/usual-event';
import { eventBody, registered } from '../support/events';
import { madeBodyCases, readBodyCases } from './body-cases';
import { detailTextOf, readCases } from './registration-cases';

const trace = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01';
const envelope = { id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718' };
const everyField = registered({
  event_id: 'registry:7',
  correlation_id: 'c-1',
  model_name: 'Kreditrisiko – Größe',
  model_version: '7',
  mlflow_run_id: '0123456789abcdef',
  experiment_name: '',
  contributor_address: '0x0123456789abcdef0123456789ABCDEF01234567',
  tags: { owner: 'risk', area: 'eu' },
  performance_data: { samples: 120_000, current_value: -0.5, folds: [0.1, 10, { z: null, a: false }] },
  note: { unknown: ['field', true] },
});
const times = ['2024-02-29T23:59:59Z', '2026-02-30T10:00:00Z', '2026-11-23T24:00:00Z', '2026-11-23T10:00:00.25+01:00'];
const bodies = [
  eventBody(registered(), envelope),
  eventBody(everyField, envelope),
  eventBody(JSON.stringify(everyField, null, 1), { ...envelope, resources: ['arn:aws:a', 'arn:aws:b'] }),
  eventBody(Object.fromEntries(Object.entries(everyField).reverse()), envelope),
  ...times.map((time) => eventBody(registered(), { ...envelope, time })),
  ...readCases().map((each) => eventBody(detailTextOf(each), envelope)),
  ...[...readBodyCases(), ...madeBodyCases()].map(({ body }) => body),
];

/** @returns whether the usual reader has read the event; throws where it differs from `readEvent` */
function compare(body: string): boolean {
  const usual: EventReading | undefined = readUsualEvent(body, trace);
  if (usual === undefined) return false;
  const expected = readEvent(body, trace);
  if (!isDeepStrictEqual(usual, expected)) {
    throw new Error(`${JSON.stringify(body)}\nis ${JSON.stringify(usual)}\ninstead of ${JSON.stringify(expected)}`);
  }
  return true;
}

test('a usual event is read at once, with every field of detail, in any order, with white space in detail', () => {
  expect(bodies.slice(0, 4).map(compare)).toEqual([true, true, true, true]);
});

test.each([
  ['a smoke event', eventBody({}, { ...envelope, source: 'hokusai.smoke' })],
  ['a replayed event', eventBody(registered(), { ...envelope, 'replay-name': 'hokusai-site.july' })],
  ['a baseline that is not validated', eventBody(registered({ baseline_validated: false }), envelope)],
  ['an escape', eventBody(registered({ model_name: 'a "b"' }), envelope)],
  ['a character beyond the first 65,536', eventBody(registered({ model_name: '🌊' }), envelope)],
  ['an exponent', eventBody(JSON.stringify(registered()).replace('0.82', '8.2e-1'), envelope)],
  [
    'members in another order than that of EventBridge',
    eventBody(registered(), envelope).replace(/("version":"0"),("id":"[^"]*")/, '$2,$1'),
  ],
  ['white space around its members', JSON.stringify(JSON.parse(eventBody(registered(), envelope)), null, 1)],
  ['another member beside detail', eventBody(registered(), { ...envelope, other: 1 })],
  ['another date', eventBody(registered(), { ...envelope, time: '2024-02-29T23:59:59Z' })],
])('an event with %s is left to the reader of any event', (_, body) => {
  expect(readUsualEvent(body)).toBeUndefined();
  expect(readEvent(body).kind).not.toBe('refused');
});

/** Numbers from 0 to 1, the same ones in every run (mulberry32). */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const inserted = (
  '" \\ { } [ ] , : 0 1 7 a Z . - + e null true false 00 -0 1.10 0.0 1e400 "" "id":"x" "tags":{} "x":1 "detail":{} ' +
  '"baseline_validated":true "event_id":"e" "correlation_id":"c" "current_value":1 "__proto__":1 "source":"hokusai.registry" ' +
  '\u0000 \u007f \ud800 \uffff \u2028 é 🌊 \\u0041 \\"'
)
  .split(' ')
  .concat(' ', '\n', '\t', ',"a":1', ',"model_name":"m"', ',"b":{"c":[{}]}');

const members = [
  '',
  ' ',
  '"a":1,',
  '"b":{"c":[{}]},',
  '"a":"",',
  '"x":null,',
  '"tags":{"a":"b"},',
  '"model_name":"m",',
];
const digits = ['0', '1', '9', '00', '.5', '0.0', '1.10'];
const letters = ['a', 'Z', '-', 'é', '~', ''];

test('100,000 mutated events are read as readEvent reads them', () => {
  const random = pseudoRandom(21);
  const index = (length: number): number => Math.floor(random() * length);
  // Cases of megabytes take too long to be mutated as often.
  const originals = bodies.filter(({ length }) => length < 3000);
  let usual = 0;
  for (let run = 0; run < 100_000; run++) {
    let body = originals[run % 3 === 0 ? index(originals.length) : index(8)] ?? '';
    // Half of the events get another character or word in the place of one of the same kind: most of them stay valid.
    const isMild = run % 2 === 0;
    for (let changes = 1 + index(2); changes > 0; changes--) {
      // What EventBridge writes before `detail` is usual only without a change.
      const from = random() < 0.9 ? body.indexOf('"detail":') : 0;
      const at = from + index(body.length + 1 - from);
      if (isMild) {
        const word = /[a-z]+|\d|[{[,] ?/g;
        word.lastIndex = at;
        const end = word.test(body) ? word.lastIndex : at;
        const kinds = /[{[,] ?$/.test(body.slice(0, end)) ? members : /\d$/.test(body.slice(0, end)) ? digits : letters;
        body = body.slice(0, end - (kinds === members ? 0 : 1)) + (kinds[index(kinds.length)] ?? '') + body.slice(end);
      } else {
        const copied = index(body.length + 1);
        const put = random() < 0.3 ? body.slice(copied, copied + index(40)) : (inserted[index(inserted.length)] ?? '');
        body = body.slice(0, at) + put + body.slice(at + (random() < 0.4 ? index(12) : 0));
      }
    }
    if (compare(body)) usual++;
  }
  // Enough of the changed events are still usual ones.
  expect(usual).toBeGreaterThan(10_000);
});

test('the cases of the contract are read as readEvent reads them', () => {
  expect(bodies.filter(compare).length).toBeGreaterThan(25);
});
