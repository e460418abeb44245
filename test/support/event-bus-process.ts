/**
 * The local event bus for tests in other languages: `tsx test/support/event-bus-process.ts FOLDER [PORT]`.
 * Prints its URL; writes each event, as its target gets it, to FOLDER/delivered.jsonl, and its trace header to FOLDER/trace-headers,
 * before the call is answered; ends with its standard input. FOLDER/faults.json makes calls fail as EventBridge's can, and may change between calls:
 *
 *   { "entries": { "row-1": "ThrottlingException" } }                 entries with this text in their detail
 *   { "call": { "code": "ValidationException", "holding": "row-1" } } the whole call, where it holds this text
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError, startAwsJsonServer } from '../../dev/emulators/aws-json-server';
import { startEventBus } from '../../dev/emulators/event-bus';

interface Entry {
  readonly Detail: string;
}

interface Answer {
  readonly Entries: unknown[];
}

interface Faults {
  readonly entries?: Readonly<Record<string, string>>;
  readonly call?: { readonly code: string; readonly holding: string };
}

const busName = 'hokusai-development';
const [folder, port] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: tsx test/support/event-bus-process.ts FOLDER [PORT]');

async function main(within: string): Promise<void> {
  const bus = await startEventBus({
    busName,
    rules: [{ name: 'registered', pattern: { source: ['hokusai.registry'], 'detail-type': ['ModelRegistered'] } }],
    deliver: (body, _, traceHeader = '') => {
      appendFileSync(join(within, 'delivered.jsonl'), `${body}\n`);
      appendFileSync(join(within, 'trace-headers'), `${traceHeader}\n`);
    },
  });

  const putEvents = async (input: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const entries = input['Entries'] as readonly Entry[];
    const faults = readFaults(within);
    const { call } = faults;
    if (call !== undefined && entries.some(({ Detail }) => Detail.includes(call.holding))) {
      throw new AwsError(call.code, 'a fault of the test');
    }
    const codes = entries.map((entry) => faultOf(entry, faults));
    const passed = entries.filter((_, index) => codes[index] === undefined);
    const taken = passed.length === 0 ? [] : (await forward(bus.url, passed)).Entries;
    const results = codes.map((code) =>
      code === undefined ? taken.shift() : { ErrorCode: code, ErrorMessage: 'a fault of the test' },
    );
    return { FailedEntryCount: entries.length - passed.length, Entries: results };
  };

  const describeEventBus = ({ Name: name }: Readonly<Record<string, unknown>>): unknown => {
    if (name !== busName) throw new AwsError('ResourceNotFoundException', 'Event bus does not exist.');
    return { Name: name };
  };

  const door = await startAwsJsonServer({
    service: 'The event bus of a test',
    operations: { 'AWSEvents.PutEvents': putEvents, 'AWSEvents.DescribeEventBus': describeEventBus },
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  process.stdout.write(`${door.url}\n`);
  process.stdin.resume().once('end', () => process.exit());
}

function readFaults(within: string): Faults {
  const file = join(within, 'faults.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Faults) : {};
}

function faultOf({ Detail: detail }: Entry, { entries = {} }: Faults): string | undefined {
  return Object.entries(entries).find(([text]) => detail.includes(text))?.[1];
}

async function forward(url: string, entries: readonly Entry[]): Promise<Answer> {
  const headers = { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ Entries: entries }) });
  return (await answer.json()) as Answer;
}

void main(folder);
