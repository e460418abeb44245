/** `model-events logs` in an emulated account, with the lines that the bundled functions write. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type AwsEmulator, startAwsEmulator } from '../../dev/emulators/aws-emulator';
import { useOperations } from '../operations/operations-function';
import { clientOptions } from '../support/aws-account';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { useRedis } from '../support/redis';
import { type Ended, runProgram } from './program';

const groups = {
  publisher: 'ModelEvents-development-PublisherFunctionLog0A1B2C3D-4e5F6g7H',
  operations: 'ModelEvents-development-OperationsFunctionLog0A1B2C3D-4e5F6g7H',
  // Its stack's name begins with that of development.
  another: 'ModelEvents-development-2-PublisherFunctionLog0A1B2C3D-4e5F6g7H',
};

const redis = useRedis();
const publisher = usePublisher(redis);
const operations = useOperations(redis);
let emulator: AwsEmulator;
let client: CloudWatchLogsClient;

beforeAll(async () => {
  emulator = await startAwsEmulator();
  client = new CloudWatchLogsClient(clientOptions(emulator));
  for (const logGroupName of Object.values(groups)) {
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'instance' }));
  }
});
afterAll(() => emulator.stop());

/** Writes a function's lines into its log group, as Lambda does. */
async function deliver(logGroupName: string, lines: readonly string[], timestamp = Date.now()): Promise<void> {
  const logEvents = lines.map((message) => ({ timestamp, message }));
  await client.send(new PutLogEventsCommand({ logGroupName, logStreamName: 'instance', logEvents }));
}

const logs = (id: string, ...words: string[]): Promise<Ended> =>
  runProgram(['logs', id, '-e', 'development', ...words], emulator.environment);

test('the lines of all functions about a message are printed in time order, and none about another', async () => {
  await publisher.publish(sqsRecord(eventBody(registered({ event_id: 'r-1', token_symbol: 'no spaces' }))));
  await publisher.publish(sqsRecord(eventBody(registered({ event_id: 'r-12' }))));
  await operations.ask({ action: 'message-status', message_id: 'r-1' });
  await deliver(groups.operations, operations.lines.filter(Boolean));
  await deliver(groups.publisher, publisher.lines.filter(Boolean));
  await deliver(groups.another, publisher.lines.filter(Boolean));

  const { code, out, err } = await logs('r-1');
  expect(err).toBe('');
  const rows = out.split('\n').map((row) => row.replaceAll(/ {2,}/g, ' | '));
  expect(rows[0]).toBe('time | function | level | event | details');
  // A function's lines of one millisecond may come in any order.
  const events = rows.flatMap((row) => /^20\S+Z \| (.*)/.exec(row)?.[1] ?? []);
  expect(events.slice(0, 2).sort()).toEqual([
    expect.stringMatching(/^publisher \| INFO \| batch \| dead-lettered=1 latencyMs=\d+$/),
    expect.stringMatching(/^publisher \| WARN \| record refused and written .*code=CONTRACT_VIOLATION/),
  ]);
  expect(events.slice(2)).toEqual([expect.stringMatching(/^operations \| INFO \| operation \| action=message-status/)]);
  expect(code).toBe(0);
  const json = await logs('r-1', '--json');
  const times = json.out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { timestamp: string }).timestamp);
  expect(times).toEqual([...times].sort());
});

test('with --json each line is printed as the function wrote it', async () => {
  await publisher.publish(sqsRecord(eventBody(registered({ event_id: 'r-2', correlation_id: 'trail-2' }))));
  await deliver(groups.publisher, publisher.lines.filter(Boolean));
  const { code, out } = await logs('trail-2', '--json');
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(publisher.logs('batch'));
  expect(code).toBe(0);
});

test('a message without lines in the time range ends with exit code 1, and the error names what was searched', async () => {
  const line = JSON.stringify({ message: 'batch', messageIds: ['r-3'], timestamp: '2026-01-01T00:00:00.000Z' });
  await deliver(groups.publisher, [line], Date.now() - 2 * 3_600_000);
  const { code, out, err } = await logs('r-3', '--since', '1h');
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toMatch(/^model-events: No log line about r-3 since \d{4}-\d\d-\d\dT\S+Z in\n/);
  expect(err).toContain(`  ${groups.publisher}\n`);
  expect(err).not.toContain(groups.another);
  expect(err).toContain('npx model-events status r-3 -e development');
  expect((await logs('r-3', '--since', '3h')).code).toBe(0);
});
