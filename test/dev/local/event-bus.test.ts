import {
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { startEventBus, type LocalEventBus, type RoutedEvent } from '../../../dev/emulators/event-bus';

const rules = [
  { name: 'registrations', pattern: { source: ['hokusai.registry'], 'detail-type': ['ModelRegistered'] } },
  { name: 'high', pattern: { detail: { baseline_value: [0.95] } } },
];

const delivered: { body: string; rule: string }[] = [];
const routed: RoutedEvent[] = [];
let bus: LocalEventBus;
let client: EventBridgeClient;

beforeAll(async () => {
  bus = await startEventBus({
    busName: 'hokusai-development',
    rules,
    deliver: (body, rule) => delivered.push({ body, rule: rule.name }),
    onEvent: (event) => routed.push(event),
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new EventBridgeClient({ endpoint: bus.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await bus.stop();
});
beforeEach(() => {
  delivered.length = 0;
  routed.length = 0;
});

const entry = (change: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  EventBusName: 'hokusai-development',
  Source: 'hokusai.registry',
  DetailType: 'ModelRegistered',
  Detail: '{"model_id":"m"}',
  ...change,
});
const put = (...entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries: entries }));

test('an event arrives in the envelope of EventBridge, with the time and resources of its sender', async () => {
  const answer = await put(entry({ Time: new Date('2026-11-23T10:11:12.900Z'), Resources: ['arn:r'] }));
  expect(answer.FailedEntryCount).toBe(0);
  expect(delivered.map(({ rule }) => rule)).toEqual(['registrations']);
  expect(JSON.parse(delivered[0]?.body ?? '')).toEqual({
    version: '0',
    id: answer.Entries?.[0]?.EventId,
    'detail-type': 'ModelRegistered',
    source: 'hokusai.registry',
    account: '123456789012',
    time: '2026-11-23T10:11:12Z',
    region: 'us-east-1',
    resources: ['arn:r'],
    detail: { model_id: 'm' },
  });
});

test('the detail is delivered unchanged: digits, spaces, escapes and duplicate keys', async () => {
  const detail = '{ "a" : 9007199254740993, "b":1.10,"c":1e400,"d":-0.0, "e":"\\u00e9\\/é", "a":1 }';
  await put(entry({ Detail: detail }));
  expect(delivered[0]?.body.endsWith(`,"detail":${detail}}`)).toBe(true);
});

test('every matching rule delivers once, and an event that matches no rule is dropped without an error', async () => {
  await put(entry({ Detail: '{"baseline_value":0.95}' }), entry({ DetailType: 'ModelRetired' }));
  expect(delivered.map(({ rule }) => rule)).toEqual(['registrations', 'high']);
  expect(routed.map((event) => event.rules)).toEqual([['registrations', 'high'], []]);
});

test('the bus may be named by its ARN; events for a bus that does not exist are accepted and dropped, as in AWS', async () => {
  const arn = 'arn:aws:events:us-east-1:123456789012:event-bus/hokusai-development';
  const answer = await put(entry({ EventBusName: arn }), entry({ EventBusName: 'hokusai-productoin' }));
  expect(answer.FailedEntryCount).toBe(0);
  expect(delivered).toHaveLength(1);
  expect(routed.map(({ busName }) => busName)).toEqual(['hokusai-development', 'hokusai-productoin']);
});

test('an invalid entry fails alone, with the reason at its index', async () => {
  const answer = await put(
    { ...entry(), Source: undefined },
    entry({ DetailType: '' }),
    entry(),
    entry({ Detail: '{"a":' }),
    entry({ Detail: '[1]' }),
    entry({ Source: 'aws.s3' }),
  );
  expect(answer.FailedEntryCount).toBe(5);
  expect(answer.Entries?.map(({ ErrorCode: code }) => code)).toEqual([
    'InvalidArgument',
    'InvalidArgument',
    undefined,
    'MalformedDetail',
    'MalformedDetail',
    'NotAuthorizedForSourceException',
  ]);
  expect(answer.Entries?.[0]?.ErrorMessage).toContain('Source is a required argument');
  expect(delivered).toHaveLength(1);
});

test('a call with no entry, with eleven entries, or larger than a megabyte is refused as a whole', async () => {
  await expect(put()).rejects.toThrow('greater than or equal to 1');
  await expect(put(...Array.from({ length: 11 }, () => entry()))).rejects.toThrow('less than or equal to 10');
  const half = entry({ Detail: JSON.stringify({ text: 'é'.repeat(300_000) }) });
  await expect(put(half, half)).rejects.toMatchObject({ name: 'ValidationException' });
  expect(delivered).toHaveLength(0);
  expect((await put(half)).FailedEntryCount).toBe(0);
});

test('another action is refused, and the error lists the supported ones', async () => {
  await expect(client.send(new ListRulesCommand({}))).rejects.toThrow(
    'answers AWSEvents.PutEvents, AWSEvents.DescribeEventBus only, not AWSEvents.ListRules',
  );
});

test('a rule with an unsupported pattern is an error at the start', async () => {
  const unknown = { name: 'odd', pattern: { source: [{ cidr: '10.0.0.0/8' }] } };
  await expect(startEventBus({ busName: 'b', rules: [unknown], deliver: () => undefined })).rejects.toThrow('cidr');
});
