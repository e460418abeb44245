/** The alarms that the stack creates, as data. */
import { CfnAlarm, CfnCompositeAlarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmSettings, defaults, type Environment, type SubscriptionSettings } from '../../config/environment';
import { environmentNames, readEnvironment } from '../../config/read-environment';
import { Alarms } from '../../lib/alarms/alarms';
import { withStacks } from './created-stacks';

/** What an alarm evaluates. */
export interface Condition {
  /** With its namespace if AWS emits it. */
  readonly metric: string;
  readonly statistic: string;
  readonly periodSeconds: number;
  readonly breaches: 'above' | 'below';
  readonly threshold: number;
  /** The setting that is the threshold. */
  readonly setting: Threshold | undefined;
  /** M and N of "M datapoints out of N". */
  readonly datapoints: readonly [m: number, n: number];
  /** CloudWatch's name of the treatment. */
  readonly missing: string;
}

export interface StackAlarm {
  /** Without prefix and environment; ends with `<service>` if each service has one. */
  readonly name: string;
  /** Its section in the runbook. */
  readonly section: string;
  /** What is wrong: a sentence in Markdown. */
  readonly wrong: string;
  /** `part`: sends no notification itself; the alarm of the same section does. */
  readonly urgency: 'page' | 'ticket' | 'part';
  /** Undefined for a composite alarm. */
  readonly condition: Condition | undefined;
}

/** The settings that are a threshold. */
export type Threshold = Exclude<keyof AlarmSettings, 'runbookUrl' | 'scope'>;

const { alarms: thresholds } = defaults;
const settings = Object.keys(thresholds) as Threshold[];
/** Each setting gets a placeholder: a number that no alarm uses. */
const firstPlaceholder = 7_000_001;

/** The alarms of all environments and kinds of Redis, each once, in the order of the code. */
export function stackAlarms(): StackAlarm[] {
  const configured = environmentNames('config').map((name) => readEnvironment(name, 'config'));
  const production = readEnvironment('production', 'config');
  const kinds = environmentNames('config/samples').map((name) => readEnvironment(name, 'config/samples'));
  const all = [
    ...configured,
    ...kinds.map(({ redis, subscriptions }) => ({ ...production, redis, subscriptions })),
  ].flatMap(alarmsOf);
  return [...new Map(all.map((alarm) => [JSON.stringify(alarm), alarm])).values()];
}

/** One subscription is enough for each alarm, and its names are replaced; without `model_events` there is one alarm more. */
function alarmsOf(environment: Environment): StackAlarm[] {
  return environment.subscriptions.flatMap((subscription) => alarmsWith(subscription, environment));
}

function alarmsWith(subscription: SubscriptionSettings, configured: Environment): StackAlarm[] {
  const placeholders = settings.map((name, index) => [name, firstPlaceholder + index]);
  const alarms = {
    ...(Object.fromEntries(placeholders) as Record<Threshold, number>),
    runbookUrl: '',
    scope: 'all',
  } as const;
  const environment = { ...configured, alarms, services: [], subscriptions: [subscription] };
  return withAlarms(environment, (created) => read(created, environment));
}

/** Reads the alarms without synthesis. */
function withAlarms<Result>(environment: Environment, use: (alarms: Alarms) => Result): Result {
  return withStacks(environment, ({ pipeline }) => {
    const alarms = pipeline.node.findAll().find((each) => each instanceof Alarms);
    if (alarms === undefined) throw new Error('The stack has no alarms');
    return use(alarms);
  });
}

function read(alarms: Alarms, environment: Environment): StackAlarm[] {
  const has = (list: readonly IAlarm[], made: CfnAlarm | CfnCompositeAlarm): boolean =>
    list.some(({ node }) => node.defaultChild === made);
  return alarms.node.findAll().flatMap((made): StackAlarm[] => {
    if (!(made instanceof CfnAlarm || made instanceof CfnCompositeAlarm)) return [];
    const pages = has([alarms.page, ...alarms.paging], made);
    const urgency = pages ? 'page' : has(alarms.tickets, made) ? 'ticket' : 'part';
    const [, wrong = '', section = ''] =
      /^(.*?) Impact: .* Runbook: #([a-z-]+)/.exec(made.alarmDescription ?? '') ?? [];
    const condition = made instanceof CfnAlarm ? conditionOf(made) : undefined;
    const name = (made.alarmName ?? '')
      .replace(`model-events-${environment.environment}-`, '')
      // The number of a version is known in the account only.
      .replace(/-\$\{Token\[.*$/, '-<version>');
    return [{ ...inGeneral(name, wrong, section, environment), section, urgency, condition }];
  });
}

/** Name and sentence, with the subscription's names and the placeholders of settings replaced. */
function inGeneral(
  name: string,
  wrong: string,
  section: string,
  { subscriptions: [only] }: Environment,
): Pick<StackAlarm, 'name' | 'wrong'> {
  const { service = '', queue = '' } = only ?? {};
  const watched = section.startsWith('function-') ? name.slice(section.length + 1) : undefined;
  const sentence = withoutTag(watched === undefined ? wrong : wrong.replace(`${watched} function`, 'function'));
  return {
    name: name.replace(service, '<service>'),
    wrong: sentence
      .replace(new RegExp(`\\b${withoutTag(queue)}(:[a-z]+)?`), '`<queue>$1`')
      // The setting's name contains the unit.
      .replace(/(\d{7})(?: (?:s|ms|%)(?!\w))?/, (_, number) => `\`alarms.${String(settingOf(Number(number)))}\``),
  };
}

/** Without the braces of queue names in cluster mode. */
const withoutTag = (text: string): string => text.replace(/[{}]/g, '');

function settingOf(number: number): Threshold | undefined {
  return settings[number - firstPlaceholder];
}

function conditionOf(alarm: CfnAlarm): Condition {
  const { threshold = 0, evaluationPeriods = 1, datapointsToAlarm } = alarm;
  const { namespace = '', metricName = '', statistic, period = 0 } = readOf(alarm);
  const setting = settingOf(threshold);
  return {
    metric: namespace.startsWith('AWS/') ? `${namespace} ${metricName}` : metricName,
    statistic,
    periodSeconds: period,
    breaches: alarm.comparisonOperator === 'GreaterThanThreshold' ? 'above' : 'below',
    threshold: setting === undefined ? threshold : thresholds[setting],
    setting,
    datapoints: [datapointsToAlarm ?? evaluationPeriods, evaluationPeriods],
    missing: alarm.treatMissingData ?? '',
  };
}

/** The metric, statistic and period of an alarm; of an expression, the statistics in it. */
function readOf(alarm: CfnAlarm): Pick<CfnAlarm, 'namespace' | 'metricName' | 'period'> & Pick<Condition, 'statistic'> {
  if (alarm.metrics === undefined) {
    const { namespace, metricName, period } = alarm;
    return { namespace, metricName, period, statistic: alarm.statistic ?? alarm.extendedStatistic ?? '' };
  }
  const parts = alarm.metrics as readonly CfnAlarm.MetricDataQueryProperty[];
  const read = parts.flatMap(({ id, metricStat }) =>
    metricStat === undefined ? [] : [{ id, ...(metricStat as CfnAlarm.MetricStatProperty) }],
  );
  const { namespace, metricName } = (read[0]?.metric ?? {}) as CfnAlarm.MetricProperty;
  const expression = parts.find((part) => part.expression !== undefined)?.expression;
  const statistics = read.map(({ id, stat }) => `\`${id}\` ${inDefaults(stat)}`);
  return {
    namespace,
    metricName,
    period: read[0]?.period ?? 0,
    statistic: `\`${expression ?? ''}\` (${statistics.join(', ')})`,
  };
}

/** A statistic with the default of the setting in it, which is in seconds. */
function inDefaults(statistic: string): string {
  return statistic.replace(/\d{10}/, (milliseconds) => {
    const setting = settingOf(Number(milliseconds) / 1000);
    return setting === undefined ? milliseconds : String(thresholds[setting] * 1000);
  });
}
