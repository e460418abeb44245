/** Logs and metrics as Powertools writes them in the deployed bundle. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startFunction } from '../../dev/emulators/function-process';
import { publisherBundle } from '../../dev/local/pipeline';
import { localSecretArn, publisherEnvironment, secretStringOf } from '../../dev/local/publisher-environment';
import { startSecretsManager } from '../../dev/emulators/secrets-manager';
import { datapointsOf } from '../support/emitted-metrics';
import { eventBody, registered, sqsRecord } from '../support/events';

import { useRedis } from '../support/redis';

const redis = useRedis();

interface Output {
  readonly lines: readonly string[];
  readonly entries: readonly Readonly<Record<string, unknown>>[];
}

/** Starts the publisher with these variables and sends it these events, one after the other. */
async function outputOf(variables: Readonly<Record<string, string>>, ...events: unknown[]): Promise<Output> {
  const secrets = await startSecretsManager({ [localSecretArn]: secretStringOf(redis.server.token) });
  const lines: string[] = [];
  const publisher = await startFunction({
    name: 'publisher',
    bundle: publisherBundle,
    environment: { ...publisherEnvironment(redis.server, secrets), ...variables },
    timeoutSeconds: 15,
    onLog: (line) => lines.push(line),
  });
  try {
    for (const event of events) await publisher.invoke(event).catch(() => undefined);
  } finally {
    await publisher.stop();
    await secrets.stop();
  }
  const entries = lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { lines, entries: entries.filter((entry) => !('_aws' in entry)) };
}

const good = (id: string) => ({
  Records: [sqsRecord(eventBody(registered({ event_id: id, correlation_id: `c-${id}` })))],
});
const refused = { Records: [sqsRecord(eventBody(registered({ event_id: 'refused', baseline_value: 'high' })))] };

test('every line carries the request, the function, its version, the trace and the ids of the batch', async () => {
  const { entries } = await outputOf({}, good('a'), refused);
  const first = entries.filter(({ function_request_id: id }) => id === entries[0]?.['function_request_id']);
  expect(first).toMatchObject([
    {
      message: 'batch',
      level: 'INFO',
      service: 'model-events-publisher',
      cold_start: true,
      function_name: 'publisher',
      function_version: '$LATEST',
      function_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      xray_trace_id: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/) as string,
      messageIds: ['a'],
      correlationIds: ['c-a'],
    },
  ]);
  // Warnings and other lines travel on two streams, so their order differs.
  const second = entries.filter((entry) => !first.includes(entry));
  expect(second.map(({ message }) => message).sort()).toEqual([
    'batch',
    'record refused and written to the dead letters',
  ]);
  expect(new Set(second.map(({ function_request_id: id }) => id)).size).toBe(1);
  for (const entry of second) expect(entry).toMatchObject({ cold_start: false, messageIds: ['refused'] });
});

test('the first invocation of a process is a cold start, none with provisioned concurrency', async () => {
  const coldStarts = ({ lines }: Output) => datapointsOf(lines).filter(({ name }) => name === 'ColdStart');
  expect(coldStarts(await outputOf({}, good('a'), good('b')))).toMatchObject([
    { value: 1, unit: 'Count', dimensions: { Environment: 'local', Function: 'publisher' } },
  ]);
  expect(coldStarts(await outputOf({ AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency' }, good('c')))).toEqual(
    [],
  );
});

test.each(['POWERTOOLS_LOG_LEVEL', 'AWS_LAMBDA_LOG_LEVEL'])(
  'with %s=ERROR no line below ERROR is written, and all metrics are',
  async (variable) => {
    const { lines, entries } = await outputOf({ [variable]: 'ERROR' }, good('a'), refused);
    expect(entries).toEqual([]);
    const published = datapointsOf(lines).filter(({ name }) => name === 'MessagesPublished');
    expect(published.map(({ value }) => value)).toEqual([1, 0]);
  },
);

test.each([{ POWERTOOLS_LOG_LEVEL: 'DEBUG' }, { POWERTOOLS_LOGGER_SAMPLE_RATE: '1' }])(
  'lines at DEBUG appear with %j, and not without it',
  async (variables) => {
    const levels = ({ entries }: Output) => new Set(entries.map(({ level }) => level));
    expect(levels(await outputOf(variables, good('a')))).toEqual(new Set(['DEBUG', 'INFO']));
    expect(levels(await outputOf({}, good('b')))).toEqual(new Set(['INFO']));
  },
);

test('an invocation that throws logs the error with its stack, whose positions stack-trace replaces by those in the sources', async () => {
  const [record] = good('a').Records;
  const { entries } = await outputOf({}, { Records: [{ ...record, attributes: { AWSTraceHeader: 1 } }] });
  const failed = entries.find(({ message }) => message === 'invocation failed');
  const resolved = execFileSync(
    process.execPath,
    ['--import', require.resolve('tsx'), 'tools/stack-trace.ts', 'publisher'],
    { cwd: join(__dirname, '../..'), input: JSON.stringify(failed), encoding: 'utf8' },
  );
  expect(JSON.parse(resolved)).toMatchObject({
    level: 'ERROR',
    error: { name: 'TypeError', stack: expect.stringMatching(/lambda\/publisher\/handler\.ts:\d+/) as string },
  });
});

test('a batch that fails logs each attempt with its error and stack', async () => {
  const away = { REDIS_PORT: '1' };
  const { entries } = await outputOf(away, good('a'));
  const messages = entries.map(({ level, message }) => `${String(level)} ${String(message)}`);
  expect(messages).toContain('ERROR batch');
  const attempt = entries.find(({ message }) => message === 'an attempt to publish failed');
  expect(attempt).toMatchObject({
    fault: 'connection-refused',
    error: { name: 'RedisError', stack: expect.any(String) as string },
  });
});

test('an error shows neither the token nor the command that Redis refused', async () => {
  const { lines, entries } = await outputOf({}, good('a'));
  await redis.client.config('SET', 'requirepass', 'another-token-than-the-secret-has');
  const refusedToken = await outputOf({}, good('b'));
  await redis.client.config('SET', 'requirepass', redis.server.token);
  expect(entries).toHaveLength(1);
  expect(refusedToken.entries.find(({ fault }) => fault === 'token-refused')).toBeDefined();
  for (const line of [...lines, ...refusedToken.lines]) {
    expect(line).not.toContain(redis.server.token);
    expect(line).not.toContain('"command"');
    expect(line).not.toContain('performance_data');
  }
});
