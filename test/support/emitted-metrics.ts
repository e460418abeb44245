/** Metrics that CloudWatch extracts from the output of functions. */

/** One value of a metric. */
export interface Datapoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly value: number;
  readonly atMs: number;
}

interface EmfDocument {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

/** The values in a function's output: each EMF line's metrics, once for each set of dimensions. */
export function datapointsOf(lines: readonly string[]): Datapoint[] {
  return lines
    .filter((line) => line.startsWith('{') && line.includes('"_aws"'))
    .map((line) => JSON.parse(line) as EmfDocument)
    .flatMap((document) =>
      document._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
        Dimensions.flatMap((names) =>
          Metrics.flatMap(({ Name: name, Unit: unit }) =>
            ([document[name]].flat() as number[]).map((value) => ({
              namespace,
              name,
              dimensions: Object.fromEntries(names.map((each) => [each, String(document[each])])),
              unit,
              value,
              atMs: document._aws.Timestamp,
            })),
          ),
        ),
      ),
    );
}

/** Repeats the values of one output for a run at each of `minutes` before `untilMs`. */
export function repeated(once: readonly Datapoint[], minutes: number, untilMs: number, everyMinutes = 1): Datapoint[] {
  const runs = Array.from({ length: Math.ceil(minutes / everyMinutes) }, (_, run) => run);
  return runs.flatMap((run) =>
    once.map((point) => ({ ...point, atMs: untilMs - (run * everyMinutes + 0.5) * 60_000 })),
  );
}
