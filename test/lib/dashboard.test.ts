import { consumerMetrics, metricNamespace, monitorMetrics, publisherMetrics } from '../../contract/metrics';
import { compositeAlarms, metricAlarms, rollbackAlarms } from '../support/alarm-evaluation';
import { development, only, synthesized } from './synthesized';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
    readonly endpoint?: string;
    readonly yAxis?: { readonly left?: { readonly min?: number; readonly max?: number } };
    readonly annotations?: { readonly horizontal?: readonly { readonly value: number }[] };
    readonly updateOn?: Readonly<Record<string, boolean>>;
  };
}

const template = synthesized();
const widgets = widgetsOf(only(template, 'AWS::CloudWatch::Dashboard').properties['DashboardBody']);

/** The widgets of a row, the title being row 0, from left to right. */
const rowAt = (row: number): Widget[] => {
  const tops = [...new Set(widgets.map(({ y }) => y))].sort((a, b) => a - b);
  return widgets.filter(({ y }) => y === tops[row]).sort((a, b) => a.x - b.x);
};

test('the first row after the title has the states of the alarms and the availability from 99 to 100 %', () => {
  const row = rowAt(1);
  expect(row.map(({ properties }) => properties.title)).toEqual(['Pages on-call', 'Tickets', 'Availability of Redis']);
  expect(row[2]?.properties.yAxis?.left).toMatchObject({ min: 99, max: 100 });
});

test('message age, claim age and the absence of consumers have graphs of their own, each with its limit', () => {
  const { oldestMessageSeconds, oldestClaimSeconds, consumerSeenSeconds } = development.alarms;
  const limitOf = (title: string) =>
    widgets.find(({ properties }) => properties.title === title)?.properties.annotations?.horizontal?.[0]?.value;
  expect(['Oldest message', 'Oldest claim', 'No consumer for'].map(limitOf)).toEqual([
    oldestMessageSeconds,
    oldestClaimSeconds,
    consumerSeenSeconds,
  ]);
});

test('the throughput in and out has a line for each service', () => {
  for (const [title, metric] of [
    ['In, by service, per minute', 'MessagesIncoming'],
    ['Out, by service, per minute', 'MessagesClaimed'],
  ] as const) {
    const metrics = JSON.stringify(widgets.find(({ properties }) => properties.title === title)?.properties.metrics);
    for (const { service, queue } of development.subscriptions) {
      expect(metrics).toContain(`"${metric}","Environment","development","Queue","${queue}",{"label":"${service}"`);
    }
  }
});

test('CPU, memory, connections and replication lag of each node have graphs, with the limits of their alarms', () => {
  const row = widgets.filter(({ properties }) => properties.title?.startsWith('ElastiCache: ') === true);
  expect(row.map(({ properties }) => properties.title)).toEqual([
    'ElastiCache: engine CPU',
    'ElastiCache: memory',
    'ElastiCache: connections',
    'ElastiCache: replication lag',
  ]);
  const names = ['EngineCPUUtilization', 'DatabaseMemoryUsagePercentage', 'CurrConnections', 'ReplicationLag'];
  expect(row.map(({ properties }) => properties.metrics?.map(([namespace, name]) => [namespace, name]))).toEqual(
    names.map((name) => [
      ['AWS/ElastiCache', name],
      ['AWS/ElastiCache', name],
    ]),
  );
  expect(row.map(({ properties }) => properties.annotations?.horizontal?.[0]?.value)).toEqual([
    80,
    undefined,
    10_000,
    30,
  ]);
});

test('the second row is the pipeline, from left to right', () => {
  const row = rowAt(2);
  expect(row.map(({ properties }) => properties.title)).toEqual([
    '1 Registered, last hour',
    '2 Buffered, now',
    '3 Published, last hour',
    '4 Waiting, now',
    '5 Claimed, now',
    '6 Dead, now',
  ]);
  expect(row.reduce((total, { width }) => total + width, 0)).toBe(24);
});

test('the dashboard has an explanation and links to other pages', () => {
  expect(widgets[0]?.properties.markdown).toContain(`[runbook](${development.alarms.runbookUrl})`);
});

test('the dashboard shows waiting messages, claims and dead letters of each service', () => {
  for (const title of ['4 Waiting, now', '5 Claimed, now', '6 Dead, now']) {
    const displayed = JSON.stringify(widgets.find(({ properties }) => properties.title === title));
    for (const { service, queue } of development.subscriptions) {
      expect(displayed).toContain(`"Queue","${queue}"`);
      expect(displayed).toContain(`"label":"${service}"`);
    }
  }
});

test('the dashboard has each metric of the contract, and no other', () => {
  const displayed = widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .filter(([namespace]) => namespace === metricNamespace)
    .map(([, name]) => name);
  const emitted = new Set([publisherMetrics, monitorMetrics, consumerMetrics].flatMap((each) => Object.keys(each)));
  // Their alarms show these: a policy is safe or not, a token too old or not.
  expect([...new Set(displayed), 'EvictionPolicySafe', 'TokenAgeDays'].sort()).toEqual([...emitted].sort());
});

test('the console is below the pipeline, calls the operations function, and refreshes with the dashboard', () => {
  const [console, ...others] = widgets.filter(({ type }) => type === 'custom');
  expect(others).toEqual([]);
  expect(console).toBe(rowAt(3)[0]);
  const { id } = only(template, 'AWS::Lambda::Alias', 'Operations');
  expect(console?.properties.endpoint).toBe(`{${id}}`);
  expect(console?.properties.updateOn).toEqual({ refresh: true, resize: false, timeRange: false });
});

test('the dashboard has every alarm that sends a notification', () => {
  const displayed = JSON.stringify(
    widgets.filter(({ type }) => type === 'alarm').map(({ properties }) => properties.alarms),
  );
  const rules = JSON.stringify([...compositeAlarms(template)].filter(([id]) => !id.includes('page')));
  for (const id of [...metricAlarms(template).keys(), ...compositeAlarms(template).keys()]) {
    if (!rules.includes(`"Fn::GetAtt":["${id}"`) && !rollbackAlarms(template).has(id))
      expect(displayed).toContain(`{${id}}`);
  }
});

/** The dashboard's body with `{LogicalId}` where the template refers to a resource. */
function widgetsOf(body: unknown): Widget[] {
  const parts = (body as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1];
  const text = parts.map((part) => (typeof part === 'string' ? part : reference(part as Record<string, unknown>)));
  return (JSON.parse(text.join('')) as { widgets: Widget[] }).widgets;
}

function reference(part: Record<string, unknown>): string {
  return `{${[Object.values(part)[0]].flat()[0] as string}}`;
}
