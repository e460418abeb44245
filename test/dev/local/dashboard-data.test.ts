import { DashboardData, periodsOf, statisticOf } from '../../../dev/local/dashboard-data';

const metrics = (ms: number, queue: string | undefined, values: Record<string, number | number[]>): string =>
  `2026-11-23T12:00:00.000Z monitor: ${JSON.stringify({
    _aws: {
      Timestamp: ms,
      CloudWatchMetrics: [{ Namespace: 'N', Metrics: Object.keys(values).map((Name) => ({ Name })) }],
    },
    ...(queue === undefined ? {} : { Queue: queue }),
    ...values,
  })}`;

test('the metrics of a log are read by namespace, name and queue, with one value or several', () => {
  const data = new DashboardData(
    [metrics(1000, 'q', { Depth: 3 }), 'consumer: ready', metrics(9000, undefined, { Latency: [1, 5] })].join('\n'),
  );
  expect(data.of('N', 'Depth', 'q')).toEqual([[1000, 3]]);
  expect(data.of('N', 'Latency')).toEqual([
    [9000, 1],
    [9000, 5],
  ]);
  expect(data.of('N', 'Depth')).toBeUndefined();
  expect([data.startMs, data.endMs]).toEqual([1000, 9000]);
});

test('a period has the statistic of its values, and none without values', () => {
  const series = [1, 2, 3, 4, 10].map((value, index) => [index < 4 ? 100 : 2500, value] as const);
  expect(periodsOf(series, 'Sum', 1000)).toEqual([
    [0, 10],
    [2000, 10],
  ]);
  const all = [4, 1, 3, 2];
  expect(['Sum', 'Average', 'Maximum', 'p50', 'p99'].map((stat) => statisticOf(stat, all))).toEqual([10, 2.5, 4, 2, 4]);
});
