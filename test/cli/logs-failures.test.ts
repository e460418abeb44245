/** `model-events logs`, where CloudWatch Logs Insights takes its time, fails, or refuses. */
import {
  AwsError,
  type AwsJsonServer,
  type AwsOperation,
  startAwsJsonServer,
} from '../../dev/emulators/aws-json-server';
import { synthesized } from '../lib/synthesized';
import { type Ended, runProgram } from './program';

const logGroupName = 'ModelEvents-development-PublisherFunctionLog0A1B2C3D-4e5F6g7H';
const line = JSON.stringify({ timestamp: '2026-11-23T10:00:00.000Z', message: 'batch', messageIds: ['r-1'] });

let server: AwsJsonServer;
let operations: Record<string, AwsOperation>;
/** The inputs of the calls of an operation. */
let inputs: Record<string, Readonly<Record<string, unknown>>[]>;

beforeEach(async () => {
  inputs = {};
  operations = {
    DescribeLogGroups: () => ({ logGroups: [{ logGroupName }] }),
    StartQuery: () => ({ queryId: 'query-1' }),
    GetQueryResults: () => ({ status: 'Complete', results: [[{ field: '@message', value: line }]] }),
    StopQuery: () => ({ success: true }),
  };
  const called =
    (name: string): AwsOperation =>
    (input) => {
      (inputs[name] ??= []).push(input);
      return operations[name]?.(input);
    };
  server = await startAwsJsonServer({
    service: 'CloudWatch Logs',
    operations: Object.fromEntries(Object.keys(operations).map((name) => [`Logs_20140328.${name}`, called(name)])),
  });
});
afterEach(() => server.stop());

const logs = (id: string, ...words: string[]): Promise<Ended> =>
  runProgram(['logs', id, '-e', 'development', ...words], {
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });

test('the query is the saved one of the stack, with the id in it', async () => {
  await logs('r-1');
  const saved = Object.values(synthesized().findResources('AWS::Logs::QueryDefinition')).map(
    ({ Properties }) => Properties as { Name: string; QueryString: string },
  );
  const story = saved.find(({ Name }) => Name === 'model-events/development/message story');
  expect(inputs['StartQuery']).toMatchObject([
    { logGroupNames: [logGroupName], queryString: story?.QueryString.replace('MESSAGE_ID', 'r-1') },
  ]);
});

test('a running query is waited for, and the result says where lines are missing', async () => {
  const states = ['Scheduled', 'Running'];
  const complete = operations['GetQueryResults'];
  operations['GetQueryResults'] = (input) => {
    const status = states.shift();
    return status === undefined
      ? { ...(complete?.(input) as object), statistics: { recordsMatched: 300 } }
      : { status };
  };
  const { code, out, err } = await logs('r-1');
  expect(out).toContain('batch');
  expect(err).toBe('Only the first 1 lines are printed: use a later --since for the others.\n');
  expect(code).toBe(0);
});

test('a query that does not complete in time is stopped', async () => {
  operations['GetQueryResults'] = () => ({ status: 'Running' });
  const { code, err } = await logs('r-1', '--timeout', '1');
  expect(err).toContain('did not complete within 1 s and was stopped');
  expect(inputs['StopQuery']).toEqual([{ queryId: 'query-1' }]);
  expect(code).toBe(1);
});

test('a failed query is an error, not an empty story', async () => {
  operations['GetQueryResults'] = () => ({ status: 'Failed', results: [] });
  const { code, err } = await logs('r-1');
  expect(err).toContain('CloudWatch Logs Insights ended the query with status Failed');
  expect(code).toBe(1);
});

test('a missing permission is named, with what to do', async () => {
  operations['StartQuery'] = () => {
    throw new AwsError('AccessDeniedException', 'User: u is not authorized to perform: logs:StartQuery');
  };
  const { code, err } = await logs('r-1');
  expect(err).toContain('not authorized to perform: logs:StartQuery');
  expect(err).toContain('Grant your profile this permission');
  expect(code).toBe(1);
});

test('without log groups the error names the stack to deploy and the region', async () => {
  operations['DescribeLogGroups'] = () => ({ logGroups: [] });
  const { code, err } = await logs('r-1');
  expect(err).toContain('Log groups ModelEvents-development-… not found in us-east-1: deploy ModelEvents-development');
  expect(code).toBe(1);
});

test.each([
  [["r-1' or 1=1"], 'a message id has 1 to 128 of A-Z'],
  [['r-1', '--since', 'yesterday'], '--since must be 30m'],
  [['r-1', '--timeout', '0'], '--timeout must be a whole number of seconds'],
])('logs %j is refused before a query is sent', async ([id = '', ...words], reason) => {
  const { code, err } = await logs(id, ...words);
  expect(err).toContain(reason);
  expect(inputs).toEqual({});
  expect(code).toBe(2);
});
