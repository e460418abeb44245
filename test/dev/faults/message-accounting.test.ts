/** The accounting of every event in `make test-faults`, which must detect each loss. */
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingFrom, tallyOf, wronglyDeadLettered } from '../../../dev/faults/message-accounting';
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

test('an event that a service has not handled is reported with that service', async () => {
  const journal = await journalOf('1500 model_events a', '1600 model_events:site a', '1700 model_events b');
  expect(tallyOf([event('a'), event('b')], queues, journal)).toEqual({
    unhandled: [{ id: 'b', queue: 'model_events:site' }],
    duplicates: 0,
    repeats: 0,
    longestDelayMs: 700,
  });
});

test('each delivery after the first counts as a duplicate, and the delay is that of the first', async () => {
  const journal = await journalOf('1500 model_events a', '9000 model_events a', '9500 model_events a');
  expect(tallyOf([event('a')], ['model_events'], journal)).toMatchObject({ duplicates: 2, longestDelayMs: 500 });
});

test('a second handling in the same try counts as a repeat, in another try only as a duplicate', async () => {
  const journal = await journalOf('1500 model_events a 0.0', '1600 model_events a 1.0', '1700 model_events a 0.0');
  expect(tallyOf([event('a')], ['model_events'], journal)).toMatchObject({ duplicates: 2, repeats: 1 });
});

test('the lines of each consumer are counted separately', async () => {
  const journal = await journalOf('1500 model_events a', '1600 model_events b');
  expect([journal.linesOf('node'), journal.linesOf('python')]).toEqual([2, 0]);
});

test('an incomplete line counts once it is complete', async () => {
  const journal = await journalOf('1500 model_events a');
  await appendFile(join(folder, 'node.journal'), '1600 model_ev');
  journal.read();
  await appendFile(join(folder, 'node.journal'), 'ents b\n');
  journal.read();
  expect([...journal.of('model_events').keys()]).toEqual(['a', 'b']);
});

test('an event counts as lost if neither a consumer nor a dead letter of the service has it', () => {
  const unhandled = ['a', 'b', 'c'].map((id) => ({ id, queue: 'model_events:site' }));
  const deadLettered = '{"message":{"message_id":"a"},"failed_by":"consumer"}';
  const refused = '{"message":{"detail":{"event_id":"b"}},"failed_by":"publisher"}';
  const ofAnother = '{"message":{"message_id":"c"},"failed_by":"consumer"}';
  const deadLetters = new Map([
    ['model_events', [refused, ofAnother]],
    ['model_events:site', [deadLettered]],
  ]);
  // A refused event has one dead letter for all services; one of a consumer counts for its service only.
  expect(missingFrom(unhandled, deadLetters)).toEqual([{ id: 'c', queue: 'model_events:site' }]);
});

test('a dead letter is wrong unless the fault expects one of its model, even if the message was handled, too', () => {
  const events = [event('a'), { ...event('b'), model: 'fails' }];
  const letters = ['a', 'b', 'of-another-fault'].map((id) => `{"message":{"message_id":"${id}"}}`);
  const deadLetters = new Map([['model_events:site', letters]]);
  expect(wronglyDeadLettered(events, ['fails'], deadLetters)).toEqual([{ id: 'a', queue: 'model_events:site' }]);
});

test('an alarm detected a fault only if a function emitted a breaching value after the fault began', () => {
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
  wrongDeadLetters: 0,
  longestDelaySeconds: 3.14,
  recoverySeconds: 2,
  alarms: [{ condition: 'RedisAvailability < 1', met: true }],
  seconds: 5,
  problems: [],
};

test.each<[string, boolean, Partial<Row>]>([
  ['duplicates without a loss', true, {}],
  ['a loss', false, { lost: 1 }],
  ['a dead letter of a message that nothing was wrong with', false, { wrongDeadLetters: 1 }],
  ['an alarm that detected nothing', false, { alarms: [{ condition: 'RedisAvailability < 1', met: false }] }],
  ['a timeout', false, { problems: ['nothing under way: not within 60 s'] }],
])('the exit code for %s: success is %p', (_, sound, change) => {
  expect(isSound({ ...row, ...change })).toBe(sound);
});

test('the table marks a condition that no alarm detected', () => {
  const undetected = { ...row, alarms: [{ condition: 'RedisAvailability < 1', met: false }] };
  expect(tableOf([undetected])).toContain('NOT RedisAvailability < 1');
});
