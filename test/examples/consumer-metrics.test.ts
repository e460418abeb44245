/** The lines that the examples write for a consumer's reports, and the alarms that read them. */
import {
  consumerMetrics,
  environmentDimension,
  metricNamespace,
  monitorMetrics,
  queueDimension,
} from '../../contract/metrics';
import { development, synthesized } from '../lib/synthesized';
import { metricAlarms, statesAt } from '../support/alarm-evaluation';
import { type Datapoint, datapointsOf, repeated } from '../support/emitted-metrics';
import { run } from './program';

const queue = 'model_events:site';
const nowMs = Date.parse('2026-11-27T12:00:00Z');
const objectiveMs = development.alarms.handledWithinSeconds * 1000;
const template = synthesized();

const counts = { handled: 250, failed: 6, retried: 3, snoozed: 2, lost: 1 };
const times = Array.from({ length: 250 }, (_, index) => index + 0.5);
/** The same report in each language. */
const examples: [example: string, report: (registrationToHandledMs: readonly number[]) => object][] = [
  [
    'examples/consumer-metrics.ts',
    (registrationToHandledMs) => ({
      seconds: 60,
      ...counts,
      deadLettered: 4,
      busyPercent: 12.5,
      registrationToHandledMs,
    }),
  ],
  [
    'examples/consumer_metrics.py',
    (registrationToHandledMs) => ({
      seconds: 60,
      ...counts,
      dead_lettered: 4,
      busy_percent: 12.5,
      registration_to_handled_ms: registrationToHandledMs,
    }),
  ],
];

async function emitted(example: string, report: object): Promise<string[]> {
  const variables = { MODEL_EVENTS_ENVIRONMENT: development.environment, MODEL_EVENTS_QUEUE: queue };
  const { code, output, errors } = await run(example, variables, [], `${JSON.stringify(report)}\n`).ended;
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return output.split('\n');
}

describe.each(examples)('%s', (example, report) => {
  let lines: string[];
  let points: Datapoint[];
  beforeAll(async () => {
    lines = await emitted(example, report(times));
    points = datapointsOf(lines);
  });

  test("emits exactly the contract's metrics with their units and dimensions", () => {
    const identities = points.map(({ namespace, name, unit, dimensions }) => ({ namespace, name, unit, dimensions }));
    const expected = Object.entries(consumerMetrics).map(([name, { unit }]) => ({
      namespace: metricNamespace,
      name,
      unit,
      dimensions: { [environmentDimension]: development.environment, [queueDimension]: queue },
    }));
    const once = [...new Map(identities.map((each) => [JSON.stringify(each), each])).values()];
    expect(once).toHaveLength(expected.length);
    expect(once).toEqual(expect.arrayContaining(expected));
  });

  test('emits each value once', () => {
    const valuesOf = (wanted: string) => points.filter(({ name }) => name === wanted).map(({ value }) => value);
    expect(valuesOf('RegistrationToHandled')).toEqual(times);
    expect(Object.fromEntries(points.filter(({ unit }) => unit !== 'Milliseconds').map(nameAndValue))).toEqual({
      MessagesHandled: 250,
      AttemptsFailed: 6,
      MessagesRetried: 3,
      MessagesSnoozed: 2,
      MessagesDeadLettered: 4,
      ClaimsLost: 1,
      ConsumerBusy: 12.5,
    });
  });

  test('writes lines that CloudWatch accepts: a time in milliseconds, at most 100 values of a metric, each name a member', () => {
    for (const line of lines) {
      const { _aws, ...members } = JSON.parse(line) as Record<string, unknown> & { _aws: { Timestamp: number } };
      expect(Math.abs(_aws.Timestamp - Date.now())).toBeLessThan(3_600_000);
      for (const value of Object.values(members)) {
        expect([value].flat().length).toBeGreaterThanOrEqual(1);
        expect([value].flat().length).toBeLessThanOrEqual(100);
      }
      expect(Object.keys(members).sort()).toEqual(
        [...new Set(datapointsOf([line]).flatMap(({ name, dimensions }) => [name, ...Object.keys(dimensions)]))].sort(),
      );
    }
  });

  test('the alarms of the objective read them: two messages in an hour, each later than the objective, page on-call', async () => {
    const late = datapointsOf(await emitted(example, report([objectiveMs + 1])));
    expect(inAlarm(repeated(late, 30, nowMs, 29))).toContain('handled-late-fast-burn-hokusai-site');
    expect(inAlarm(repeated(late, 30, nowMs, 29))).toContain('page');
  });
});

test('the Node example can be imported: it reads standard input only as a program', async () => {
  const imported = run('test/examples/import-consumer-metrics.ts', {});
  expect(await imported.ended).toMatchObject({ code: 0, output: 'function' });
});

describe('the objective, p99 of registration to handled within alarms.handledWithinSeconds', () => {
  const handled = (value: number): Datapoint => ({
    namespace: metricNamespace,
    name: 'RegistrationToHandled',
    unit: consumerMetrics.RegistrationToHandled.unit,
    dimensions: { [environmentDimension]: development.environment, [queueDimension]: queue },
    value,
    atMs: nowMs,
  });
  const inTime = handled(objectiveMs);
  const late = handled(objectiveMs + 1);
  const minutesOf = (point: Datapoint, hours: number, everyMinutes: number) =>
    repeated([point], hours * 60, nowMs, everyMinutes);

  test('without registrations nothing goes off', () => {
    expect(inAlarm([])).toEqual([]);
  });

  test('three days with messages handled just within the objective set off nothing', () => {
    expect(inAlarm(minutesOf(inTime, 72, 1))).toEqual([]);
  });

  test('one late message alone, as after two retries, sets off nothing', () => {
    expect(inAlarm([...minutesOf(inTime, 72, 60), late])).toEqual([]);
  });

  test.each<[string, lateEveryMinutes: number, hours: number, expected: string[]]>([
    ['17 % in an hour', 5, 1, ['fast-burn', 'page']],
    ['7 % for six hours', 13, 6, ['burn', 'page']],
    ['2 % for three days', 50, 72, ['slow-burn']],
  ])('late messages use up the budget of 1 %%: %s', (_, everyMinutes, hours, expected) => {
    const seen = inAlarm([...minutesOf(inTime, 72, 1), ...minutesOf(late, hours, everyMinutes)]);
    for (const name of expected) expect(seen).toContain(name === 'page' ? name : `handled-late-${name}-hokusai-site`);
    if (!expected.includes('page')) expect(seen).not.toContain('page');
    expect(seen.filter((name) => name.endsWith('hokusai-token'))).toEqual([]);
  });

  test('the alarm ends soon after the last late message', () => {
    const points = [...minutesOf(inTime, 72, 1), ...repeated([late], 60, nowMs - 6 * 60_000, 2)];
    expect(inAlarm(points)).not.toContain('handled-late-fast-burn-hokusai-site');
  });

  test('alarms.handledWithinSeconds is the limit', () => {
    const slower = synthesized({ alarms: { ...development.alarms, handledWithinSeconds: 120 } });
    const points = minutesOf(late, 1, 2);
    expect(inAlarm(points, slower)).toEqual([]);
    expect(
      inAlarm(
        points.map((point) => ({ ...point, value: 120_001 })),
        slower,
      ),
    ).toContain('page');
  });
});

function nameAndValue({ name, value }: Datapoint): [string, number] {
  return [name, value];
}

/** The alarms of objectives, and the page, in state ALARM while Redis and the monitor work. */
function inAlarm(points: readonly Datapoint[], of = template): string[] {
  const available: Datapoint = {
    namespace: metricNamespace,
    name: 'RedisAvailability',
    unit: monitorMetrics.RedisAvailability.unit,
    dimensions: { [environmentDimension]: development.environment },
    value: 1,
    atMs: nowMs,
  };
  const parts = new Set([...metricAlarms(of).values()].map(({ AlarmName }) => AlarmName));
  return [...statesAt(of, [...points, ...repeated([available], 72 * 60, nowMs)], nowMs)]
    .filter(([name, state]) => state === 'ALARM' && !parts.has(name))
    .map(([name]) => name.slice(`model-events-${development.environment}-`.length));
}
