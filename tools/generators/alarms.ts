/** The alarms as the stack makes them, as data. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { CfnAlarm, CfnCompositeAlarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmSettings, defaults, type Environment } from '../../config/environment';
import { readEnvironment } from '../../config/read-environment';
import { Alarms } from '../../lib/alarms/alarms';
import { ModelEventsStack } from '../../lib/stacks/model-events';
import { RedisStack } from '../../lib/stacks/redis';

/** What one alarm looks at. */
export interface Condition {
  /** With its namespace where it is not one of the pipeline's own. */
  readonly metric: string;
  readonly statistic: string;
  readonly periodSeconds: number;
  readonly breaches: 'above' | 'below';
  readonly threshold: number;
  /** The setting that is the threshold. */
  readonly setting: Threshold | undefined;
  /** M and N of "M datapoints out of N". */
  readonly datapoints: readonly [m: number, n: number];
  /** As CloudWatch writes it. */
  readonly missing: string;
}

export interface StackAlarm {
  /** Without prefix and environment; `<service>` at its end where each has one. */
  readonly name: string;
  /** Its section in the runbook. */
  readonly section: string;
  /** What is wrong: a sentence in Markdown. */
  readonly wrong: string;
  /** `part`: nobody hears of it, but of the alarm of the same section. */
  readonly urgency: 'page' | 'ticket' | 'part';
  /** Missing where it is made of other alarms. */
  readonly condition: Condition | undefined;
}

/** The settings that are a threshold. */
export type Threshold = Exclude<keyof AlarmSettings, 'runbookUrl'>;

const { runbookUrl: _, ...thresholds } = defaults.alarms;
const settings = Object.keys(thresholds) as Threshold[];
/** A number that no alarm has by itself stands for each setting. */
const firstStandIn = 7_000_001;

/** Every alarm of an environment that has everything, in the order of the code. */
export function stackAlarms(): StackAlarm[] {
  const production = readEnvironment('production');
  const standIns = settings.map((name, index) => [name, firstStandIn + index]);
  const alarms = { ...(Object.fromEntries(standIns) as Record<Threshold, number>), runbookUrl: '' };
  // One subscription stands for all: its names are replaced by what they are.
  const environment = { ...production, alarms, services: [], subscriptions: production.subscriptions.slice(0, 1) };
  return withAlarms(environment, (made) => read(made, environment));
}

/** Makes the stacks in a throw-away folder; nothing is synthesized. */
function withAlarms<Result>(environment: Environment, use: (alarms: Alarms) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-'));
  try {
    for (const name of ['publisher', 'monitor', 'health', 'operations', 'rotation']) {
      mkdirSync(join(folder, name));
      // The alarms are the same whatever the functions do.
      writeFileSync(join(folder, name, 'index.mjs'), '');
    }
    const app = new App({ outdir: join(folder, 'cdk.out') });
    const redis = new RedisStack(app, 'Redis', { environment, bundles: folder });
    const stack = new ModelEventsStack(app, 'ModelEvents', { environment, redis, bundles: folder });
    const alarms = stack.node.findAll().find((each) => each instanceof Alarms);
    if (alarms === undefined) throw new Error('the stack has no alarms');
    return use(alarms);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(alarms: Alarms, environment: Environment): StackAlarm[] {
  const has = (list: readonly IAlarm[], made: CfnAlarm | CfnCompositeAlarm): boolean =>
    list.some(({ node }) => node.defaultChild === made);
  return alarms.node.findAll().flatMap((made): StackAlarm[] => {
    if (!(made instanceof CfnAlarm || made instanceof CfnCompositeAlarm)) return [];
    const pages = has([alarms.page, ...alarms.paging], made);
    const urgency = pages ? 'page' : has(alarms.tickets, made) ? 'ticket' : 'part';
    const [, wrong = '', section = ''] = /^(.*?) Impact: .*#([a-z-]+)$/.exec(made.alarmDescription ?? '') ?? [];
    const condition = made instanceof CfnAlarm ? conditionOf(made) : undefined;
    const name = (made.alarmName ?? '').replace(`model-events-${environment.environment}-`, '');
    return [{ ...inGeneral(name, wrong, section, environment), section, urgency, condition }];
  });
}

/** Name and sentence with the one subscription's names, and the numbers that stand for settings, replaced. */
function inGeneral(
  name: string,
  wrong: string,
  section: string,
  { subscriptions: [only] }: Environment,
): Pick<StackAlarm, 'name' | 'wrong'> {
  const { service = '', queue = '' } = only ?? {};
  const watched = section.startsWith('function-') ? name.slice(section.length + 1) : undefined;
  const said = watched === undefined ? wrong : wrong.replace(`${watched} function`, 'function');
  return {
    name: name.replace(service, '<service>'),
    wrong: said
      .replace(new RegExp(`\\b${queue}(:[a-z]+)?`), '`<queue>$1`')
      // The unit stands in the setting's name.
      .replace(/(\d{7})(?: (?:s|ms|%)(?!\w))?/, (_, number) => `\`alarms.${String(settingOf(Number(number)))}\``),
  };
}

function settingOf(number: number): Threshold | undefined {
  return settings[number - firstStandIn];
}

function conditionOf(alarm: CfnAlarm): Condition {
  const { namespace = '', metricName = '', threshold = 0, evaluationPeriods = 1, datapointsToAlarm } = alarm;
  const setting = settingOf(threshold);
  return {
    metric: namespace.startsWith('AWS/') ? `${namespace} ${metricName}` : metricName,
    statistic: alarm.statistic ?? alarm.extendedStatistic ?? '',
    periodSeconds: alarm.period ?? 0,
    breaches: alarm.comparisonOperator === 'GreaterThanThreshold' ? 'above' : 'below',
    threshold: setting === undefined ? threshold : thresholds[setting],
    setting,
    datapoints: [datapointsToAlarm ?? evaluationPeriods, evaluationPeriods],
    missing: alarm.treatMissingData ?? '',
  };
}
