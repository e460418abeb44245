/** docs/reference/metrics.md: the metrics that functions and consumers emit, and the alarms that read them. */
import {
  consumerMetrics,
  environmentDimension,
  functionDimension,
  functionMetrics,
  metricNamespace,
  monitorMetrics,
  publisherMetrics,
  queueDimension,
} from '../../contract/metrics';
import { type Condition, type StackAlarm, stackAlarms } from './alarms';
import { type Documented, documentedIn } from './doc-comments';
import { heading, item, paragraph } from './markdown';

export function metricsReference(): string {
  const documented = documentedIn('contract/metrics.ts');
  const perQueue = Object.entries(monitorMetrics).filter(([, metric]) => metric.perQueue);
  const once = Object.entries(monitorMetrics).filter(([, metric]) => !metric.perQueue);
  const alarms = stackAlarms();
  return [
    ...heading('Metrics and alarms', 'contract/metrics.ts and lib/alarms'),
    ...paragraph(
      `Namespace \`${metricNamespace}\`. Each metric has the dimension \`${environmentDimension}\`; those of a queue have ` +
        `\`${queueDimension}\` too, the queue's key. The functions write them as log lines in CloudWatch's embedded metric format.`,
    ),
    '',
    '## From the publisher, with each batch',
    '',
    ...metrics(Object.entries(publisherMetrics), documented.get('publisherMetrics')),
    '',
    '## From the monitor, each minute and for each queue',
    '',
    ...metrics(perQueue, documented.get('monitorMetrics')),
    '',
    '## From the monitor, each minute',
    '',
    ...metrics(once, documented.get('monitorMetrics')),
    '',
    `## From each function, with the dimension \`${functionDimension}\``,
    '',
    ...metrics(Object.entries(functionMetrics), documented.get('functionMetrics')),
    '',
    '## From a consumer, with each report and the dimension `Queue`',
    '',
    ...paragraph(
      'Only if its service emits its reports: see [consumers.md](../consumers.md#reports). Values of several consumers of ' +
        'a queue add up in one metric.',
    ),
    '',
    ...metrics(Object.entries(consumerMetrics), documented.get('consumerMetrics')),
    '',
    '## Alarms',
    '',
    ...paragraph(
      'The full name of an alarm is `model-events-<environment>-<name>`. Thresholds that have a setting are shown with its ' +
        'default ([configuration.md](configuration.md)). "3 of 5" are datapoints: the alarm goes off when the last five ' +
        'periods have three that breach.',
    ),
    ...[...new Set(['page', ...alarms.map(({ section }) => section)])].flatMap((section) =>
      alarmSection(
        section,
        alarms.filter((alarm) => alarm.section === section),
        alarms,
      ),
    ),
    '',
  ].join('\n');
}

function metrics(
  entries: readonly (readonly [string, { readonly unit: string }])[],
  documented: Documented | undefined,
): string[] {
  return entries.flatMap(([name, { unit }]) => {
    const text = documented?.members.get(name)?.text ?? '';
    if (text === '') throw new Error(`the metric ${name} has no doc comment: add one that describes it`);
    return item(`\`${name}\`, ${unit}: ${text}`);
  });
}

const deploymentText =
  'No notification: CodeDeploy moves the invocations back to the version before while an alarm of the newest version is on.';

/** The alarms of one section of the runbook; alarms that differ only in their name are one entry. */
function alarmSection(section: string, alarms: readonly StackAlarm[], all: readonly StackAlarm[]): string[] {
  const notifying = alarms.filter(({ urgency }) => urgency !== 'part');
  const kindOf = ({ condition, urgency }: StackAlarm): string => JSON.stringify([condition, urgency]);
  const kinds = [...new Set(notifying.map(kindOf))];
  const parts = alarms.filter(({ urgency }) => urgency === 'part');
  return [
    '',
    `### ${section}`,
    '',
    ...paragraph(`${notifying[0]?.wrong ?? deploymentText} [Runbook](../runbook.md#${section}).`),
    '',
    ...kinds.flatMap((kind) => {
      const alike = notifying.filter((alarm) => kindOf(alarm) === kind);
      const [first] = alike;
      if (first === undefined) return [];
      const named = alike.map(({ name }) => `\`${name}\``).join(', ');
      if (first.condition !== undefined)
        return item(`${named}: ${conditionText(first.condition)} ${notificationText(first, section)}`);
      const made = parts.length > 0 ? 'all of the following.' : `any of ${pagingNames(all, section)}.`;
      return item(`${named}: ${made} ${notificationText(first, section)}`);
    }),
    ...parts.flatMap(({ name, condition }) =>
      condition === undefined ? [] : item(`\`${name}\`: ${conditionText(condition)}`),
    ),
  ];
}

function notificationText({ urgency }: StackAlarm, section: string): string {
  if (section === 'page') return 'Tells on-call when none of them is on any longer.';
  return urgency === 'page' ? 'Pages on-call.' : 'A ticket.';
}

function pagingNames(all: readonly StackAlarm[], section: string): string {
  const paging = all.filter((alarm) => alarm.urgency === 'page' && alarm.section !== section);
  return paging.map(({ name }) => `\`${name}\``).join(', ');
}

/** What each treatment of missing data means for the alarm. */
const missingTexts: Readonly<Record<string, string>> = {
  notBreaching: 'counts as fine',
  breaching: 'counts as a breach',
  ignore: 'leaves the alarm as it is',
};

function conditionText({ metric, statistic, periodSeconds, breaches, ...rest }: Condition): string {
  const { threshold, setting, datapoints, missing } = rest;
  const missingText = missingTexts[missing];
  if (missingText === undefined) throw new Error(`TreatMissingData "${missing}" has no text: add it to missingTexts`);
  const limit = setting === undefined ? String(threshold) : `${threshold} (\`alarms.${setting}\`)`;
  return (
    `\`${metric}\`, ${statistic} of ${periodText(periodSeconds)}, ${breaches} ${limit}, ` +
    `${datapoints[0]} of ${datapoints[1]}; missing data ${missingText}.`
  );
}

function periodText(seconds: number): string {
  const [count, unit] =
    seconds % 86_400 === 0
      ? [seconds / 86_400, 'day']
      : seconds % 3600 === 0
        ? [seconds / 3600, 'hour']
        : [seconds / 60, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
