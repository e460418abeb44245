import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ModelEventConsumer } from '../../clients/node/consumer';
import { connect } from '../../queue/connection';
import { ModelQueue } from '../../queue/model-queue';
import { localLogFile, localPipelineFile } from '../../contract/local-pipeline';
import { writeConsumerFiles } from '../../dev/local/consumer-files';
import { keepLog } from '../../dev/local/function-log';
import { type Pipeline, startPipeline } from '../../dev/local/pipeline';
import { type PipelineSettings, readPipelineSettings } from '../../dev/local/synthesized-pipeline';
import { inThrowAwayFolder, synthesized } from '../lib/synthesized';
import { addDeadLetter } from '../support/dead-letters';
import { eventBody, registered } from '../support/events';
import { type Ended, runProgram } from './program';

let pipeline: Pipeline;
let redis: Awaited<ReturnType<typeof connect>>;
/** Temporary folder with the files of this test's `make local`. */
let temporary = '';

beforeAll(async () => {
  const settings: PipelineSettings = inThrowAwayFolder((folder) => {
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(synthesized().toJSON()));
    return readPipelineSettings(file);
  });
  pipeline = await startPipeline({ settings });
  redis = await connect(pipeline.redis);
  temporary = mkdtempSync(join(tmpdir(), 'model-events-emit-'));
  const folder = join(temporary, 'model-events-redis-test');
  mkdirSync(folder);
  const { host, port, token, caFile } = pipeline.redis;
  await writeConsumerFiles({ host, port, token, caFile, folder }, settings.publisher.subscriptions);
  copyFileSync(join(pipeline.redis.folder, localPipelineFile), join(folder, localPipelineFile));
  symlinkSync(keepLog(pipeline), join(folder, localLogFile));
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await pipeline.stop();
  rmSync(temporary, { recursive: true });
});

const local = (...words: string[]): Promise<Ended> => runProgram([...words, '--local'], { TMPDIR: temporary });

const one = (baseline: string): string[] =>
  Object.entries({
    'model-id': 'credit-risk-7',
    'token-symbol': 'CRISK',
    'metric-name': 'auc',
    'baseline-value': baseline,
    'performance-data': '{"current_value":0.900,"samples":9007199254740993}',
  }).flatMap(([name, value]) => [`--${name}`, value]);

const lines = (...details: object[]): string => {
  const file = join(temporary, 'registrations.jsonl');
  writeFileSync(file, details.map((detail) => `${JSON.stringify(detail)}\n`).join('\n'));
  return file;
};

test('a registration from the options reaches every service with every digit; sending it again has no effect', async () => {
  const first = await local('emit', ...one('0.8700000000000000001'));
  expect(first).toMatchObject({ code: 0, err: '' });
  const [, id = ''] = /^([0-9a-f]{32}) {2}sent as \S+\n$/.exec(first.out) ?? [];
  expect((await local('emit', ...one('0.8700000000000000001'))).out).toContain(id);
  await pipeline.buffer.idle();
  for (const queue of ['model_events', 'model_events:site']) {
    const [message, ...more] = await redis.lrange(queue, 0, -1);
    expect(more).toEqual([]);
    expect(message).toContain(`"message_id":"${id}"`);
    expect(message).toContain('"baseline_value":0.8700000000000000001');
    expect(message).toContain('"samples":9007199254740993');
  }
});

test('of two running `make local`, the port selects one; without it, the error lists both', async () => {
  const other = join(temporary, 'model-events-redis-other');
  mkdirSync(other);
  try {
    const { host, port, token, caFile } = pipeline.redis;
    const url = 'http://localhost:4999';
    await writeConsumerFiles({ host, port, token, caFile, folder: other }, [{ service: 'other', queue: 'q' }], url);
    const write = (processId: number | undefined): void =>
      writeFileSync(
        join(other, localPipelineFile),
        JSON.stringify({ endpoint_url: url, bus_name: 'other', process_id: processId }),
      );
    write(process.pid);
    const running = new URL(pipeline.bus.url).port;
    const { err, code } = await local('depths');
    expect(err).toMatch(
      /2 `make local` run: port \d+ \(since [\d:]+\), port \d+ \(since [\d:]+\)\. Select one: export MODEL_EVENTS_LOCAL_PORT=\d+\n/,
    );
    for (const each of [running, '4999']) expect(err).toContain(`port ${each} `);
    expect(code).toBe(2);
    const on = (selected: string): Promise<Ended> =>
      runProgram(['depths', '--local'], { TMPDIR: temporary, MODEL_EVENTS_LOCAL_PORT: selected });
    expect((await on(running)).out).toMatch(/hokusai-token +model_events /);
    expect((await on('4999')).out).toMatch(/^other +q /m);
    expect((await on('4511')).err).toContain(
      'No `make local` runs on port 4511, which MODEL_EVENTS_LOCAL_PORT selects. 2 ',
    );
    // A terminal that has sourced the file of a service has selected its `make local`.
    expect(readFileSync(join(other, 'other.env'), 'utf8')).toContain("export MODEL_EVENTS_LOCAL_PORT='4999'\n");

    const ended = spawnSync('true').pid;
    write(ended);
    expect((await local('depths')).out).toMatch(/hokusai-token +model_events /);
  } finally {
    rmSync(other, { recursive: true });
  }
});

test('25 registrations of a file are sent after a confirmation with the count, and each id is printed', async () => {
  const file = lines(...Array.from({ length: 25 }, (_, index) => registered({ event_id: `r-${index}` })));
  const withoutTerminal = await local('emit', '--file', file);
  expect(withoutTerminal.err).toContain('Send 25 registrations to bus hokusai-development of make local?');
  const dry = await local('emit', '--file', file, '--dry-run');
  expect(dry.out).toContain('Would send 25 registrations to bus hokusai-development of make local:\n  r-0\n');
  await pipeline.buffer.idle();
  expect(await redis.llen('model_events')).toBe(0);
  const { code, out } = await local('emit', '--file', file, '--yes', '--json');
  expect(code).toBe(0);
  const ids = out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event_id: string }).event_id);
  expect(ids).toEqual(Array.from({ length: 25 }, (_, index) => `r-${index}`));
  await pipeline.buffer.idle();
  expect(await redis.llen('model_events')).toBe(25);
});

test('every error of every line is printed, and nothing is sent', async () => {
  const file = lines(
    registered(),
    registered({ token_symbol: 'no spaces', model_id: undefined }),
    registered({ tags: 1 }),
  );
  const { code, err } = await local('emit', '--file', file, '--yes');
  expect(err).toContain('2 registrations are invalid, nothing was sent:');
  expect(err).toMatch(/line 3 of \S+: model_id: required, got nothing; token_symbol: 1 to 64 of A-Z/);
  expect(err).toMatch(/line 5 of \S+: tags: an object, got 1/);
  expect(code).toBe(2);
  await pipeline.buffer.idle();
  expect(await redis.llen('model_events')).toBe(0);
});

test.each([
  [[], 'No event given. Use --model-id'],
  [['--file', '/nowhere.jsonl'], '/nowhere.jsonl cannot be read (ENOENT)'],
  [['--file', 'x', '--model-id', 'm'], '--file cannot be combined with --model-id'],
  [[...one('nearly one')], '--baseline-value must be valid JSON'],
  [[...one('"0.9"')], 'baseline_value: a finite number, got "0.9"'],
])('emit %j is refused, with the reason', async (words, reason) => {
  const { code, err } = await local('emit', ...words);
  expect(err).toContain(reason);
  expect(code).toBe(2);
});

test('a baseline that is not validated is sent, and reported as not published', async () => {
  const { out } = await local('emit', ...one('0.1'), '--baseline-validated', 'false');
  expect(out).toContain('baseline not validated: counted, not published');
  await pipeline.buffer.idle();
  expect(await redis.llen('model_events')).toBe(0);
});

test('logs prints what the functions of `make local` wrote about a message', async () => {
  for (const id of ['story-1', 'story-10']) await local('emit', ...one('0.5'), '--event-id', id);
  await local('emit', ...one('0.5'), '--event-id', 'story-1', '--model-id', 'another');
  await pipeline.buffer.idle();
  const { code, out, err } = await local('logs', 'story-1', '--json');
  expect(err).toBe('');
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(lines.map(({ message }) => message)).toContain('batch');
  expect(lines.filter((line) => !JSON.stringify(line).includes('"story-1"'))).toEqual([]);
  expect(code).toBe(0);
  const unknown = await local('logs', 'story-2');
  expect(unknown.err).toContain('functions.log');
  expect(unknown.err).toContain('npx model-events status story-2 --local');
  expect(unknown.code).toBe(1);
});

test('buffer status and buffer redrive work with the buffer of `make local`', async () => {
  pipeline.buffer.deadLetters.send(eventBody(registered({ event_id: 'dead-1' })));
  expect((await local('buffer', 'status')).out).toMatch(/dead-letters +1 +0 +0/);
  expect((await local('buffer', 'redrive')).out).toBe('dead-letters: 1 moved to the buffer.\n');
  await pipeline.buffer.idle();
  expect(await redis.lrange('model_events', 0, -1)).toEqual([expect.stringContaining('"message_id":"dead-1"')]);
});

test('a dead letter of the publisher is sent to the buffer of `make local`, and the publisher checks it again', async () => {
  const main = new ModelQueue('model_events');
  await addDeadLetter(redis, main, eventBody(registered({ event_id: 'again-1' })), { failedBy: 'publisher' });
  const { code, out } = await local('dlq', 'redrive');
  expect(out).toBe('1 sent to the buffer: the publisher checks them again, for every service\n');
  expect(code).toBe(0);
  await pipeline.buffer.idle();
  expect(await redis.llen(main.keys.deadLetters)).toBe(0);
  expect(await redis.llen('model_events:site')).toBe(1);
});

test('one trace id leads from emit through bus, buffer and publisher to the span of the handler', async () => {
  const spans = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
  const { host, port, token, ca } = pipeline.redis;
  const consumer = new ModelEventConsumer({
    queue: 'model_events',
    redis: { host, port, token, ca },
    handler: () => undefined,
  });
  const acknowledged = once(consumer, 'acknowledged');
  const running = consumer.run();
  try {
    const { out } = await local('emit', ...one('0.5'), '--json');
    await acknowledged;
    const { trace_id: traceId } = JSON.parse(out) as { trace_id: string };
    expect(traceId).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(spans.getFinishedSpans().map((span) => span.spanContext().traceId)).toEqual([
      traceId.slice(2).replace('-', ''),
    ]);
  } finally {
    await consumer.stop();
    await running;
    trace.disable();
  }
});
