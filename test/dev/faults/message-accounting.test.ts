/** The account that `make test-faults` makes of every event: a loss must not be overlooked. */
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingFrom, tallyOf } from '../../../dev/faults/message-accounting';
import { above, below, EmittedMetrics } from '../../../dev/faults/alarm-condition';
import { Journal } from '../../../dev/faults/journal';
import { isSound, tableOf } from '../../../dev/faults/report';
import type { Row } from '../../../dev/faults/run-fault';

const queues = ['model_events', 'model_events:site'];
const event = (id: string) => ({ id, model: 'usual', ms: 1000 });
let folder: string;

beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'model-events-account-'))));
afterEach(() => rm(folder, { recursive: true }));

async function journalOf(...lines: string[]): Promise<Journal> {
  await appendFile(join(folder, 'node.journal'), lines.map((line) => `${line}\n`).join(''));
  const journal = new Journal(folder);
  journal.read();
  return journal;
}

test('an event that one of the services has not handled is named, with that service', async () => {
  const journal = await journalOf('1500 model_events a', '1600 model_events:site a', '1700 model_events b');
  expect(tallyOf([event('a'), event('b')], queues, journal)).toEqual({
    unhandled: [{ id: 'b', queue: 'model_events:site' }],
    duplicates: 0,
    repeats: 0,
    longestDelayMs: 700,
  });
});

test('each time after the first is a duplicate, and the delay is that of the first', async () => {
  const journal = await journalOf('1500 model_events a', '9000 model_events a', '9500 model_events a');
  expect(tallyOf([event('a')], ['model_events'], journal)).toMatchObject({ duplicates: 2, longestDelayMs: 500 });
});

test('what is handled again in the same try is a repeat, in another try only a duplicate', async () => {
  const journal = await journalOf('1500 model_events a 0.0', '1600 model_events a 1.0', '1700 model_events a 0.0');
  expect(tallyOf([event('a')], ['model_events'], journal)).toMatchObject({ duplicates: 2, repeats: 1 });
});

test('what one consumer has written is counted for itself', async () => {
  const journal = await journalOf('1500 model_events a', '1600 model_events b');
  expect([journal.linesOf('node'), journal.linesOf('python')]).toEqual([2, 0]);
});

test('half a line counts when its rest is there', async () => {
  const journal = await journalOf('1500 model_events a');
  await appendFile(join(folder, 'node.journal'), '1600 model_ev');
  journal.read();
  await appendFile(join(folder, 'node.journal'), 'ents b\n');
  journal.read();
  expect([...journal.of('model_events').keys()]).toEqual(['a', 'b']);
});

test('an event is lost where neither a consumer nor a dead letter of the service has it', () => {
  const unhandled = ['a', 'b', 'c'].map((id) => ({ id, queue: 'model_events:site' }));
  const deadLettered = '{"message":{"message_id":"a"},"failed_by":"consumer"}';
  const refused = '{"message":{"detail":{"event_id":"b"}},"failed_by":"publisher"}';
  const ofAnother = '{"message":{"message_id":"c"},"failed_by":"consumer"}';
  const deadLetters = new Map([
    ['model_events', [refused, ofAnother]],
    ['model_events:site', [deadLettered]],
  ]);
  // A refused event has one dead letter for all services; one that a consumer gave up counts for its service alone.
  expect(missingFrom(unhandled, deadLetters)).toEqual([{ id: 'c', queue: 'model_events:site' }]);
});

test('an alarm has seen a fault only where a function emitted such a value since the fault began', () => {
  const metrics = new EmittedMetrics();
  metrics.take('{"_aws":{},"Environment":"faults","RedisAvailability":0,"EndToEndLatency":[5,700]}');
  metrics.take('{"level":"INFO","RedisAvailability":0}');
  expect(metrics.met(below('RedisAvailability', 1))).toBe(true);
  expect(metrics.met(above('EndToEndLatency', 500))).toBe(true);
  expect(metrics.met(above('EndToEndLatency', 700))).toBe(false);
  metrics.begin();
  expect(metrics.met(below('RedisAvailability', 1))).toBe(false);
});

const row: Row = {
  number: 1,
  name: 'primary killed',
  events: 10,
  lost: 0,
  duplicates: 3,
  deadLetters: 0,
  longestDelaySeconds: 3.14,
  recoverySeconds: 2,
  alarms: [{ condition: 'RedisAvailability < 1', met: true }],
  seconds: 5,
  problems: [],
};

test.each<[string, Partial<Row>, boolean]>([
  ['nothing lost, duplicates or not', {}, true],
  ['a loss', { lost: 1 }, false],
  ['an alarm that saw nothing', { alarms: [{ condition: 'RedisAvailability < 1', met: false }] }, false],
  ['something that did not arrive in time', { problems: ['nothing under way: not within 60 s'] }, false],
])('%s decides about the exit code', (_, change, sound) => {
  expect(isSound({ ...row, ...change })).toBe(sound);
});

test('the table says what no alarm has seen', () => {
  const unseen = { ...row, alarms: [{ condition: 'RedisAvailability < 1', met: false }] };
  expect(tableOf([unseen])).toContain('NOT RedisAvailability < 1');
});
