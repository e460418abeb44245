import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsError, type AwsJsonServer, startAwsJsonServer } from '../../dev/emulators/aws-json-server';
import { registered } from '../support/events';
import { type Ended, runProgram } from './program';

/** Successive errors of PutEvents for an event id, before it accepts the event. */
let refusals: Record<string, string[]>;
/** A call that holds this event id is refused as a whole, with this error; without a body if it has no name. */
let poison: { readonly id: string; readonly error: string; readonly status?: number } | undefined;
/** The ids of each call. */
let calls: string[][];
let rules: string[];
let folder = '';
let server: AwsJsonServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'model-events-emit-failures-'));
  server = await startAwsJsonServer({
    service: 'A bus with failures',
    operations: {
      'AWSEvents.ListTargetsByRule': ({ EventBusName, Rule }) => {
        const name = `${String(EventBusName)}/${String(Rule)}`;
        if (!rules.includes(name)) throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist.`);
        return { Targets: [{ Id: 'Target0', Arn: 'arn:aws:sqs:us-east-1:123456789012:buffer' }] };
      },
      'AWSEvents.PutEvents': ({ Entries }) => {
        const ids = (Entries as { Detail: string }[]).map(
          ({ Detail }) => (JSON.parse(Detail) as { event_id: string }).event_id,
        );
        calls.push(ids);
        if (poison !== undefined && ids.includes(poison.id)) {
          throw new AwsError(poison.error, 'this content is refused', poison.status ?? 413);
        }
        const Results = ids.map((id) => {
          const ErrorCode = refusals[id]?.shift();
          return ErrorCode === undefined ? { EventId: `bus-${id}` } : { ErrorCode, ErrorMessage: 'not now' };
        });
        return { FailedEntryCount: Results.filter((result) => 'ErrorCode' in result).length, Entries: Results };
      },
    },
  });
});
beforeEach(() => {
  [refusals, calls, rules] = [{}, [], ['hokusai-development/model-registered']];
  poison = undefined;
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function emit(count: number, fields: Readonly<Record<string, unknown>> = {}): Promise<Ended> {
  const file = join(folder, 'registrations.jsonl');
  const details = Array.from({ length: count }, (_, index) =>
    JSON.stringify(registered({ event_id: `e-${index}`, ...fields })),
  );
  writeFileSync(file, details.join('\n'));
  return runProgram(['emit', '-e', 'development', '--file', file, '--yes'], {
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });
}

test('only the refused events of a batch are sent again', async () => {
  refusals = { 'e-1': ['ThrottlingException', 'InternalFailure'] };
  const { code, out } = await emit(12);
  expect(calls.map((ids) => ids.length)).toEqual([10, 1, 1, 2]);
  expect(calls.slice(1, 3)).toEqual([['e-1'], ['e-1']]);
  expect(out.match(/sent as/g)).toHaveLength(12);
  expect(code).toBe(0);
});

test.each([
  ['BrandNewException', 'BrandNewException: this content is refused'],
  ['', 'HTTP 413 without an explanation'],
])(
  'events of a call refused as a whole (%j) are sent one by one, and the one at fault is reported',
  async (error, text) => {
    poison = { id: 'e-2', error };
    const { code, out } = await emit(4);
    expect(calls).toEqual([['e-0', 'e-1', 'e-2', 'e-3'], ['e-0'], ['e-1'], ['e-2'], ['e-3']]);
    expect(out).toContain(`e-2  refused by the bus: ${text}`);
    expect(out).toContain('3 of 4 sent, 1 not sent.');
    expect(code).toBe(1);
  },
);

test.each([
  [451, ''],
  [423, ''],
  [400, 'ConcurrentModificationException'],
  [400, 'MissingAuthenticationTokenException'],
])('an answer that is not about the content (%i %s) refuses no event', async (status, error) => {
  poison = { id: 'e-2', error, status };
  const { code, out } = await emit(4);
  expect(calls).toEqual([['e-0', 'e-1', 'e-2', 'e-3']]);
  expect(out).not.toContain('refused by the bus');
  expect(code).toBe(1);
});

test('the size of a call is that of its JSON, in which quotes are escaped', async () => {
  const { code } = await emit(4, { model_name: '"'.repeat(40_000) });
  expect(calls.map((ids) => ids.length)).toEqual([1, 1, 1, 1]);
  expect(code).toBe(0);
});

test('a permanently refused event is not retried, the others are sent, and the exit code is 1', async () => {
  refusals = { 'e-0': ['NotAuthorizedForDetailTypeException'] };
  const { code, out } = await emit(2);
  expect(calls).toEqual([['e-0', 'e-1']]);
  expect(out).toContain('e-0  refused by the bus: NotAuthorizedForDetailTypeException: not now');
  expect(out).toContain('1 of 2 sent, 1 not sent. Run the command again');
  expect(code).toBe(1);
});

test('nothing is sent to a bus that does not exist: EventBridge would accept and drop it', async () => {
  rules = [];
  const { code, err } = await emit(1);
  expect(err).toContain('Bus hokusai-development with rule model-registered not found');
  expect(calls).toEqual([]);
  expect(code).toBe(1);
});
