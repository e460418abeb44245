/** The producer examples send registrations unchanged and retry the entries that failed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvent } from '../../contract/read-event';
import { AwsError, startAwsJsonServer, type AwsJsonServer } from '../../dev/emulators/aws-json-server';
import { startEventBus, type LocalEventBus } from '../../dev/emulators/event-bus';
import { registered } from '../support/events';
import { python, run, runProgram } from './program';

interface Entry {
  readonly Detail: string;
}

interface Answer {
  readonly Entries: unknown[];
}

/** The local bus, and a proxy in front of it that can fail entries of a call, as EventBridge does under load. */
let bus: LocalEventBus;
let proxy: AwsJsonServer;
const delivered: string[] = [];
const calls: string[][] = [];
let fault: (detail: string, call: number) => string | undefined = () => undefined;
/** Whether a call with this detail is refused as a whole. */
let refused: (detail: string) => boolean = () => false;

beforeAll(async () => {
  const rules = [{ name: 'registered', pattern: { source: ['hokusai.registry'], 'detail-type': ['ModelRegistered'] } }];
  const deliver = (body: string): void => void delivered.push(body);
  bus = await startEventBus({ busName: 'hokusai-development', rules, deliver });
  const putEvents = async (input: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const entries = input['Entries'] as Entry[];
    calls.push(entries.map(({ Detail }) => Detail));
    if (entries.some(({ Detail }) => refused(Detail))) throw new AwsError('BrandNewException', 'too large', 413);
    const faults = entries.map(({ Detail }) => fault(Detail, calls.length));
    const passed = entries.filter((_, index) => faults[index] === undefined);
    const accepted = passed.length === 0 ? [] : (await forward(passed)).Entries;
    const results = faults.map((code) =>
      code === undefined ? accepted.shift() : { ErrorCode: code, ErrorMessage: 'x' },
    );
    return { FailedEntryCount: entries.length - passed.length, Entries: results };
  };
  proxy = await startAwsJsonServer({ service: 'The proxy', operations: { 'AWSEvents.PutEvents': putEvents } });
});
afterAll(async () => {
  await proxy.stop();
  await bus.stop();
});
beforeEach(() => {
  delivered.length = 0;
  calls.length = 0;
  fault = () => undefined;
  refused = () => false;
});

async function forward(entries: readonly Entry[]): Promise<Answer> {
  const headers = { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' };
  const answer = await fetch(bus.url, { method: 'POST', headers, body: JSON.stringify({ Entries: entries }) });
  return (await answer.json()) as Answer;
}

const variables = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: 'us-east-1',
  // For AWS CLI 1.
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
};
const viaProxy = (): Record<string, string> => ({ ...variables, AWS_ENDPOINT_URL: proxy.url });
const lines = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => JSON.stringify(registered({ event_id: `row-${index}` })));
const detailOf = (body: string): string => body.slice(body.indexOf(',"detail":') + 10, -1);

const examples = ['examples/put-events.ts', 'examples/put_events.py'];
describe.each(examples)('%s', (example) => {
  test('sends each line character for character in batches of ten, and prints the result of each', async () => {
    const exact =
      '{ "event_id":"exact", "performance_data" : {"n":9007199254740993,"p":1.10,"h":1e400,"u":"\\u00e9é"} }';
    const all = [...lines(11), exact];
    const { code, output, errors } = await run(example, viaProxy(), [], `${all.join('\n')}\n\n`).ended;
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(delivered.map(detailOf)).toEqual(all);
    expect(calls.map(({ length }) => length)).toEqual([10, 2]);
    expect(output.split('\n')[11]).toMatch(/^exact sent as event [0-9a-f-]{36}$/);
  });

  test('sends examples/registrations.jsonl, which is valid, to the bus and endpoint of its arguments', async () => {
    const parameters = ['--bus-name', 'hokusai-development', '--endpoint-url', bus.url, 'examples/registrations.jsonl'];
    expect(await run(example, variables, parameters).ended).toMatchObject({ code: 0, errors: '' });
    expect(delivered.map((body) => readEvent(body).kind)).toEqual(['message', 'message', 'message']);
  });

  test('retries only the failed entries', async () => {
    fault = (detail, call) => (detail.includes('row-1"') && call < 3 ? 'ThrottlingException' : undefined);
    const all = lines(3);
    const { code, output, errors } = await run(example, viaProxy(), [], all.join('\n')).ended;
    expect(code).toBe(0);
    expect(calls).toEqual([all, [all[1]], [all[1]]]);
    expect(delivered.map(detailOf).sort()).toEqual(all);
    expect(output.split('\n').map((line) => line.split(' ')[0])).toEqual(['row-0', 'row-2', 'row-1']);
    expect(errors).toBe(Array(2).fill('row-1 failed: ThrottlingException x').join('\n'));
  });

  test('does not retry an invalid entry, prints the number of failures and exits with 1', async () => {
    fault = (detail) => (detail.includes('row-1"') ? 'MalformedDetail' : undefined);
    const { code, errors } = await run(example, viaProxy(), [], lines(3).join('\n')).ended;
    expect(code).toBe(1);
    expect(calls).toHaveLength(1);
    expect(errors.split('\n').at(-1)).toBe('1 of 3 registrations were not accepted by bus hokusai-development');
  });

  test('sends a batch singly that the bus refuses as a whole: the guilty registration is named, the others arrive', async () => {
    refused = (detail) => detail.includes('row-1"');
    const all = lines(3);
    const { code, errors } = await run(example, viaProxy(), [], all.join('\n')).ended;
    expect(calls.map(({ length }) => length)).toEqual([3, 1, 1, 1]);
    expect(delivered.map(detailOf)).toEqual([all[0], all[2]]);
    expect(errors).toMatch(/^row-1 failed: 413 .*too large\n1 of 3 registrations were not accepted/);
    expect(code).toBe(1);
  });

  test('exits with 1 after five attempts', async () => {
    fault = () => 'InternalFailure';
    const { code, errors } = await run(example, viaProxy(), [], lines(1).join('\n')).ended;
    expect(code).toBe(1);
    expect(calls).toHaveLength(5);
    expect(errors).toContain('1 of 1 registrations were not accepted');
  });

  test('reports an unreachable bus in one line and recommends to run it again', async () => {
    const parameters = ['--endpoint-url', 'http://127.0.0.1:1'];
    const { code, errors } = await run(example, variables, parameters, lines(1).join('\n')).ended;
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^PutEvents on bus hokusai-development failed: [^\n]*127\.0\.0\.1:1[^\n]*Run it again[^\n]*$/,
    );
  });

  test('reports the line that is not JSON, and sends nothing', async () => {
    const { code, errors } = await run(example, viaProxy(), [], `${lines(1).join('')}\n{"half":\n`).ended;
    expect(code).toBe(1);
    expect(errors).toMatch(/^line 2 of standard input is not valid JSON: [^\n]*$/);
    expect(calls).toEqual([]);
  });

  test('--help describes event_id and the options', async () => {
    const { code, output } = await run(example, {}, ['--help']).ended;
    expect(code).toBe(0);
    expect(output).toMatch(/event_id[^]*--bus-name[^]*--endpoint-url/);
  });
});

test('a line without an event_id gets the same one each time it is sent, from either language', async () => {
  const detail = JSON.stringify(registered({ model_name: 'é' }));
  for (const example of examples) await run(example, viaProxy(), [], `${detail}\n{}\n`).ended;
  const sent = delivered.map(detailOf);
  expect(sent).toHaveLength(4);
  expect(sent.slice(2)).toEqual(sent.slice(0, 2));
  expect(sent[0]).toMatch(/^\{"event_id":"[0-9a-f]{32}",/);
  expect(sent[0]?.slice(47)).toBe(detail.slice(1));
  expect(JSON.parse(sent[1] ?? '')).toEqual({ event_id: expect.any(String) as string });
});

test("the AWS command line's put-events reaches the bus, or boto3's where that is not installed", async () => {
  const detail = readFileSync(join(__dirname, '../../examples/registrations.jsonl'), 'utf8').split('\n')[0] ?? '';
  const entries = JSON.stringify([
    { EventBusName: 'hokusai-development', Source: 'hokusai.registry', DetailType: 'ModelRegistered', Detail: detail },
  ]);
  const installed = spawnSync('aws', ['--version']).status === 0;
  const boto3 =
    'import boto3, json, sys; bus = boto3.client("events", endpoint_url=sys.argv[1]); ' +
    'print(json.dumps(bus.put_events(Entries=json.loads(sys.argv[2]))))';
  const program = installed
    ? runProgram('aws', ['events', 'put-events', '--endpoint-url', bus.url, '--entries', entries], variables)
    : runProgram(python(), ['-c', boto3, bus.url, entries], variables);
  const { code, output, errors } = await program.ended;
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(JSON.parse(output)).toMatchObject({ FailedEntryCount: 0 });
  expect(delivered.map(detailOf)).toEqual([detail]);
});
