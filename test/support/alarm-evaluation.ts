/** Evaluates a template's alarms like CloudWatch: statistic, period, M of N, missing data, rules. */
import { runInNewContext } from 'node:vm';
import type { Template } from 'aws-cdk-lib/assertions';
import type { Datapoint } from './emitted-metrics';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface MetricAlarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Unit?: string;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  /** An alarm on an expression: statistics of one metric by id, and the expression. */
  readonly Math?: { readonly expression: string; readonly statistics: Readonly<Record<string, string>> };
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
  readonly AlarmActions?: readonly unknown[];
  readonly OKActions?: readonly unknown[];
}

export interface CompositeAlarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmRule: unknown;
  readonly AlarmActions?: readonly unknown[];
  readonly OKActions?: readonly unknown[];
}

/** The metric alarms of a template, by logical id. */
export function metricAlarms(template: Template): Map<string, MetricAlarm> {
  const alarms = propertiesOf<MetricAlarm & { readonly Metrics?: readonly MetricData[] }>(
    template,
    'AWS::CloudWatch::Alarm',
  );
  return new Map(
    [...alarms].map(([id, { Metrics, ...alarm }]) => [
      id,
      { ...alarm, AlarmName: nameOf(alarm.AlarmName), ...(Metrics && mathOf(Metrics)) },
    ]),
  );
}

/** The metric alarms that roll back a deployment, by logical id. */
export function rollbackAlarms(template: Template): Map<string, MetricAlarm> {
  const groups = JSON.stringify(template.findResources('AWS::CodeDeploy::DeploymentGroup'));
  return new Map([...metricAlarms(template)].filter(([id]) => groups.includes(`"${id}"`)));
}

/** A name that ends in a version, whose number the account gives, ends in `<version>`. */
function nameOf(name: string | { readonly 'Fn::Join': readonly [string, readonly unknown[]] }): string {
  if (typeof name === 'string') return name;
  return name['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : '<version>')).join('');
}

/** A part of an alarm on an expression. */
interface MetricData {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: Pick<MetricAlarm, 'Namespace' | 'MetricName' | 'Dimensions'>;
    readonly Period: number;
    readonly Stat: string;
    readonly Unit?: string;
  };
}

/** An expression over one metric, as an alarm on that metric. */
function mathOf(data: readonly MetricData[]): Partial<MetricAlarm> {
  const expression = data.find(({ Expression }) => Expression !== undefined)?.Expression;
  const read = data.flatMap(({ Id, MetricStat }) => (MetricStat === undefined ? [] : [{ Id, ...MetricStat }]));
  const metrics = new Set(read.map(({ Metric, Period, Unit }) => JSON.stringify({ ...Metric, Period, Unit })));
  const [metric, ...others] = [...metrics].map((each) => JSON.parse(each) as Partial<MetricAlarm>);
  if (metric === undefined || expression === undefined || others.length > 0)
    throw new Error(`the evaluation does not know this expression: ${JSON.stringify(data)}`);
  return { ...metric, Math: { expression, statistics: Object.fromEntries(read.map(({ Id, Stat }) => [Id, Stat])) } };
}

/** Its composite alarms, by logical id. */
export function compositeAlarms(template: Template): Map<string, CompositeAlarm> {
  return propertiesOf(template, 'AWS::CloudWatch::CompositeAlarm');
}

/** The state of each alarm, by name, that was in state `before` and sees `points` at `nowMs`. */
export function statesAt(
  template: Template,
  points: readonly Datapoint[],
  nowMs: number,
  before: AlarmState = 'OK',
): Map<string, AlarmState> {
  const byId = new Map([...metricAlarms(template)].map(([id, alarm]) => [id, stateOf(alarm, points, nowMs, before)]));
  const rules = compositeAlarms(template);
  const stateOfId = (id: string): AlarmState => {
    const known = byId.get(id);
    if (known !== undefined) return known;
    const composite = rules.get(id);
    if (composite === undefined) throw new Error(`a rule names ${id}, which is not an alarm of the template`);
    return holds(ruleText(composite.AlarmRule), (inner) => stateOfId(inner) === 'ALARM') ? 'ALARM' : 'OK';
  };
  const named = [...metricAlarms(template), ...rules].map(([id, { AlarmName }]) => [AlarmName, stateOfId(id)] as const);
  return new Map(named);
}

/** The state of one metric alarm. Periods end at `nowMs`. */
export function stateOf(
  alarm: MetricAlarm,
  points: readonly Datapoint[],
  nowMs: number,
  before: AlarmState = 'OK',
): AlarmState {
  const valuesOf = Array.from({ length: alarm.EvaluationPeriods + 1 }, (): number[] => []);
  for (const { atMs, value } of points.filter(readBy(alarm))) {
    valuesOf[Math.floor((nowMs - atMs) / (alarm.Period * 1000))]?.push(value);
  }
  const periods = valuesOf
    .slice(0, alarm.EvaluationPeriods)
    .map((values, index) => (values.length === 0 ? undefined : valueOf(alarm, values, valuesOf[index + 1] ?? [])));
  if (periods.every((value) => value === undefined)) {
    if (alarm.TreatMissingData === 'ignore') return before;
    if (alarm.TreatMissingData === 'missing') return 'INSUFFICIENT_DATA';
  }
  const breaching = periods.filter((value) =>
    value === undefined ? alarm.TreatMissingData === 'breaching' : breaches(alarm, value),
  ).length;
  if (breaching >= alarm.DatapointsToAlarm) return 'ALARM';
  // Ignored missing periods could complete M; where they could decide, the state is kept.
  const unknown = alarm.TreatMissingData === 'ignore' ? periods.filter((value) => value === undefined).length : 0;
  return breaching > 0 && breaching + unknown >= alarm.DatapointsToAlarm ? before : 'OK';
}

function readBy({ Namespace, MetricName, Unit, Dimensions }: MetricAlarm): (point: Datapoint) => boolean {
  const wanted = Dimensions.map(({ Name, Value }): [string, unknown] => [
    Name,
    typeof Value === 'string' ? Value : JSON.stringify(Value),
  ]);
  return ({ namespace, name, unit, dimensions }) =>
    namespace === Namespace &&
    name === MetricName &&
    (Unit === undefined || unit === Unit) &&
    // Exactly the same dimensions: a metric with an additional dimension is another metric.
    Object.keys(dimensions).length === wanted.length &&
    wanted.every(([each, value]) => dimensions[each] === value);
}

/** @param before the values of the preceding period, from which DIFF takes the difference */
function valueOf(
  { Statistic, ExtendedStatistic, Math: math }: MetricAlarm,
  values: readonly number[],
  before: readonly number[],
): number {
  if (math === undefined) return statistic(Statistic ?? ExtendedStatistic ?? 'none', values);
  const named = Object.entries(math.statistics).flatMap(([id, name]) => [
    [id, statistic(name, values)] as const,
    [`${id}_before`, before.length === 0 ? NaN : statistic(name, before)] as const,
  ]);
  const functions = { IF: (condition: boolean, then: number, otherwise: number) => (condition ? then : otherwise) };
  const ids: Record<string, number> = Object.fromEntries(named);
  const expression = math.expression.replaceAll(/DIFF\((\w+)\)/g, '($1 - $1_before)');
  return runInNewContext(expression, { ...functions, ...ids }) as number;
}

function statistic(name: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const percentile = /^p(\d+)$/.exec(name)?.[1];
  if (percentile !== undefined) {
    const rank = Math.ceil((Number(percentile) / 100) * values.length);
    return values.toSorted((a, b) => a - b)[Math.max(0, rank - 1)] ?? NaN;
  }
  const upTo = /^PR\(:(\d+)\)$/.exec(name)?.[1];
  if (upTo !== undefined) return (100 * values.filter((value) => value <= Number(upTo)).length) / values.length;
  switch (name) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / values.length;
    case 'SampleCount':
      return values.length;
    case 'Maximum':
      return Math.max(...values);
    case 'Minimum':
      return Math.min(...values);
    default:
      throw new Error(`the evaluation does not know the statistic ${name}`);
  }
}

function breaches({ ComparisonOperator, Threshold }: MetricAlarm, value: number): boolean {
  if (ComparisonOperator === 'GreaterThanThreshold') return value > Threshold;
  if (ComparisonOperator === 'LessThanThreshold') return value < Threshold;
  throw new Error(`the evaluation does not know the comparison ${ComparisonOperator}`);
}

/** A composite's rule with logical ids where the template refers to ARNs. */
function ruleText(rule: unknown): string {
  const parts = (rule as { 'Fn::Join': [string, (string | { 'Fn::GetAtt': [string, string] })[]] })['Fn::Join'][1];
  return parts.map((part) => (typeof part === 'string' ? part : part['Fn::GetAtt'][0])).join('');
}

/** Whether a rule of ALARM(…), AND, OR, NOT and brackets holds. */
function holds(rule: string, inAlarm: (id: string) => boolean): boolean {
  let text = rule.replaceAll(/ALARM\("(\w+)"\)/g, (_, id: string) => (inAlarm(id) ? 'T' : 'F'));
  for (let before = ''; before !== text;) {
    before = text;
    text = text
      .replaceAll(/\(NOT \(?([TF])\)?\)/g, (_, one: string) => (one === 'T' ? 'F' : 'T'))
      .replaceAll(/\(([TF](?: AND [TF])*)\)/g, (_, all: string) => (all.includes('F') ? 'F' : 'T'))
      .replaceAll(/\(([TF](?: OR [TF])*)\)/g, (_, any: string) => (any.includes('T') ? 'T' : 'F'));
  }
  if (text !== 'T' && text !== 'F') throw new Error(`the evaluation cannot read the rule ${rule}`);
  return text === 'T';
}

function propertiesOf<Properties>(template: Template, type: string): Map<string, Properties> {
  const resources = Object.entries(template.findResources(type) as Record<string, { Properties: Properties }>);
  return new Map(
    resources.map(([id, { Properties }]) => [
      id,
      { ...Properties, AlarmDescription: joined((Properties as { AlarmDescription: unknown }).AlarmDescription) },
    ]),
  );
}

/** A text with the logical ids, or names of exports, of what it refers to. */
function joined(text: unknown): string {
  if (typeof text === 'string') return text;
  const parts = (text as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1];
  return parts.map((part) => (typeof part === 'string' ? part : String(Object.values(part as object)[0]))).join('');
}
