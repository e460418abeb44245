import { readFileSync } from 'node:fs';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import type { NotificationSettings } from '../../config/environment';
import { environmentNames, readEnvironment } from '../../config/read-environment';
import {
  type CompositeAlarm,
  compositeAlarms,
  type MetricAlarm,
  metricAlarms,
  rollbackAlarms,
} from '../support/alarm-evaluation';
import { parseJsurl } from '../support/jsurl';
import { readRunbook } from '../runbook/sections';
import { development, only, production, withStacks, synthesized, templatesOf } from './synthesized';

const template = synthesized();
const prefix = 'model-events-development-';
const all: (MetricAlarm | CompositeAlarm)[] = [
  ...metricAlarms(template).values(),
  ...compositeAlarms(template).values(),
];

test('the runbook has one section for each alarm and no other', () => {
  const created = [production, readEnvironment('serverless', 'config/samples')].flatMap((environment) => {
    const { pipeline } = templatesOf(environment);
    return [...metricAlarms(pipeline).values(), ...compositeAlarms(pipeline).values()];
  });
  const linked = [...all, ...created].map((alarm) => sectionOf(alarm) ?? `no section: ${alarm.AlarmName}`);
  const sections = readFileSync('docs/runbook.md', 'utf8').match(/^## .+$/gm) ?? [];
  expect(sections.map((line) => line.slice(3)).sort()).toEqual([...new Set(linked)].sort());
});

test.each(environmentNames('config'))(
  'the reference lists each alarm of %s with metric, condition and runbook section',
  (environment) => {
    const reference = readFileSync('docs/reference/metrics.md', 'utf8').replace(/\n {2}/g, ' ');
    for (const alarm of metricAlarms(templatesOf(readEnvironment(environment)).pipeline).values()) {
      const name = alarm.AlarmName.replace(`model-events-${environment}-`, '').replace(
        /hokusai-(token|site)$/,
        '<service>',
      );
      const entry = reference.split('\n').find((line) => line.split(': ')[0]?.includes(`\`${name}\``));
      expect([name, entry]).toEqual([name, expect.stringContaining(alarm.MetricName)]);
      const breaches = alarm.ComparisonOperator === 'GreaterThanThreshold' ? 'above' : 'below';
      expect(entry?.replace(/ \(`alarms\.\w+`\)/, '')).toContain(
        `${breaches} ${alarm.Threshold}, ${alarm.DatapointsToAlarm} of ${alarm.EvaluationPeriods};`,
      );
      expect(reference).toContain(`](../runbook.md#${sectionOf(alarm)})`);
    }
  },
);

test('each section has meaning, impact, diagnosis, fix, and when it is resolved', () => {
  const parts = readFileSync('docs/runbook.md', 'utf8').split(/^## /m).slice(1);
  const headings = ['Meaning', 'Impact', 'Diagnose', 'Fix', 'Resolved when'];
  for (const part of parts) {
    expect([part.split('\n')[0], ...[...part.matchAll(/^\*\*([A-Z][a-z ]+)\*\*/gm)].map(([, word]) => word)]).toEqual([
      part.split('\n')[0],
      ...headings,
    ]);
  }
});

test('each description has the fault, its impact and the absolute address of its runbook section', () => {
  for (const { AlarmDescription: text } of all) {
    expect(text).toMatch(/^.{20,}\. Impact: .{20,}\. Runbook: https:\/\/\S+#[a-z-]+(?: Logs: https:\/\/\S+)?$/);
  }
});

test('each description links to Logs Insights with the saved queries that its runbook section names', () => {
  const saved = Object.values(template.findResources('AWS::Logs::QueryDefinition')).map(
    ({ Properties }) => Properties as { Name: string; QueryString: string },
  );
  const sections = new Map(readRunbook().map(({ name, text }) => [name, text]));
  for (const alarm of all) {
    const link = linkedQuery(alarm.AlarmDescription);
    const linked = saved.filter(({ QueryString }) => link?.['editorString'] === QueryString);
    const named = saved.filter(({ Name }) =>
      sections.get(sectionOf(alarm) ?? '')?.includes(`\`${Name.split('/').at(-1) ?? ''}\``),
    );
    expect([alarm.AlarmName, linked]).toEqual([alarm.AlarmName, named]);
  }
});

test('the linked query runs over the logs of the function that the alarm is about', () => {
  const groupOf = (name: string) => {
    const alarm = all.find(({ AlarmName }) => AlarmName === `${prefix}${name}`);
    return linkedQuery(alarm?.AlarmDescription ?? '')?.['source'];
  };
  const group = (part: string) => [only(template, 'AWS::Logs::LogGroup', part).id];
  expect(groupOf('publish-failures')).toEqual(group('Publisher'));
  expect(groupOf('redis-down')).toEqual(group('Monitor'));
  expect(groupOf('function-errors-operations')).toEqual(group('Operations'));
});

test.each(environmentNames('config'))(
  'the descriptions of %s stay within 1024 characters, also with the longest name, region and runbook address',
  (name) => {
    const configured = readEnvironment(name);
    const environment = 'e'.repeat(20);
    const runbookUrl = `https://${'x'.repeat(112)}`;
    const { pipeline } = templatesOf({
      ...configured,
      environment,
      region: 'ap-southeast-1',
      alarms: { ...configured.alarms, runbookUrl },
    });
    // CloudFormation names a log group `<stack>-<logical id>-<12 characters>`.
    const longest = (text: string) =>
      text.replace(/[A-Za-z]+FunctionLog[0-9A-F]{8}/g, (id) => `ModelEventsRedis-${environment}-${id}-0123456789AB`);
    for (const alarm of [...metricAlarms(pipeline).values(), ...compositeAlarms(pipeline).values()]) {
      expect([alarm.AlarmName, longest(alarm.AlarmDescription).length > 1024]).toEqual([alarm.AlarmName, false]);
    }
  },
);

test('an alarm of which `page` consists pages when it goes off, and `page` when the last ends; every other one is a ticket, or a part', () => {
  const topic = (part: string) => [{ Ref: only(template, 'AWS::SNS::Topic', part).id }];
  const rulesOf = (composites: readonly { readonly AlarmRule: unknown }[]): string =>
    // An alarm after NOT suppresses the composite; it is no part of it.
    composites.map(({ AlarmRule }) => JSON.stringify(AlarmRule).replaceAll(/NOT \(ALARM\(.+?\]/g, '')).join();
  const composites = [...compositeAlarms(template).values()];
  const isPage = ({ AlarmName }: { readonly AlarmName: unknown }): boolean => AlarmName === `${prefix}page`;
  const [paging, parts] = [rulesOf(composites.filter(isPage)), rulesOf(composites.filter((each) => !isPage(each)))];
  for (const [id, alarm] of [...metricAlarms(template), ...compositeAlarms(template)]) {
    const { AlarmName, AlarmActions, OKActions } = alarm;
    if (isPage(alarm)) expect([AlarmActions, OKActions]).toEqual([undefined, topic('Pages')]);
    else if (paging.includes(`"${id}"`)) {
      expect([AlarmName, AlarmActions, OKActions]).toEqual([AlarmName, topic('Pages'), undefined]);
    } else {
      const part = parts.includes(`"${id}"`) || rollbackAlarms(template).has(id);
      const actions = part ? undefined : topic('Tickets');
      expect([AlarmName, AlarmActions, OKActions]).toEqual([AlarmName, actions, actions]);
    }
  }
});

test('every alarm configures missing data, and stays within the evaluation range of CloudWatch', () => {
  for (const alarm of metricAlarms(template).values()) {
    expect(['ignore', 'breaching', 'notBreaching']).toContain(alarm.TreatMissingData);
    const seconds = alarm.Period * alarm.EvaluationPeriods;
    expect(seconds).toBeLessThanOrEqual(alarm.Period >= 3600 ? 604_800 : 86_400);
  }
});

test('the subscriptions determine the queue alarms, and the configuration determines their thresholds', () => {
  const changed = synthesized({
    subscriptions: [{ service: 'hokusai-new', queue: 'model_events:new', maxRetries: 3, plainLeaseSeconds: 900 }],
    services: [],
    alarms: { ...development.alarms, queueDepth: 7, runbookUrl: 'https://wiki.example.com/runbook' },
  });
  const depths = [...metricAlarms(changed).values()].filter(({ MetricName }) => MetricName === 'QueueDepth');
  expect(depths).toMatchObject([
    {
      AlarmName: `${prefix}queue-depth-hokusai-new`,
      Threshold: 7,
      Dimensions: [
        { Name: 'Environment', Value: 'development' },
        { Name: 'Queue', Value: 'model_events:new' },
      ],
    },
  ]);
  expect(depths[0]?.AlarmDescription).toMatch(/ Runbook: https:\/\/wiki\.example\.com\/runbook#queue-depth$/);
});

test('errors and throttles of each function have an alarm; that of the token rotation, which runs rarely, goes off at the first error', () => {
  const { pipeline } = templatesOf(production);
  const functions = (metric: string) =>
    [...metricAlarms(pipeline).values()].filter(({ MetricName, Namespace, Dimensions }) => {
      // All versions and aliases of the function: "Viewing metrics for Lambda functions", by function name.
      return Namespace === 'AWS/Lambda' && MetricName === metric && Dimensions.length === 1;
    });
  const deployed = Object.keys(pipeline.findResources('AWS::Lambda::Function')).length;
  expect(functions('Errors')).toHaveLength(deployed + 1);
  expect(functions('Throttles')).toHaveLength(deployed + 1);
  const rotation = functions('Errors').find(({ AlarmName }) => AlarmName.endsWith('rotation'));
  expect(rotation).toMatchObject({ DatapointsToAlarm: 1, EvaluationPeriods: 1 });
});

test('the topics are encrypted, and accept messages only over TLS and only from the alarms of this account', () => {
  const alarms = {
    StringEquals: { 'aws:SourceAccount': '123456789012' },
    ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:*' },
  };
  const key = only(template, 'AWS::KMS::Key', 'Notifications');
  expect(statements(key.properties['KeyPolicy'])).toContainEqual(
    expect.objectContaining({ Principal: { Service: 'cloudwatch.amazonaws.com' }, Condition: alarms }),
  );
  for (const name of ['Pages', 'Tickets']) {
    const topic = only(template, 'AWS::SNS::Topic', name);
    expect(topic.properties['KmsMasterKeyId']).toEqual({ 'Fn::GetAtt': [key.id, 'Arn'] });
    const policy = statements(only(template, 'AWS::SNS::TopicPolicy', name).properties['PolicyDocument']);
    expect(policy.filter(({ Effect }) => Effect === 'Allow')).toEqual([
      expect.objectContaining({
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: alarms,
      }),
    ]);
    expect(policy).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  }
});

test('the configured addresses of on-call and tickets are subscribed to their topics', () => {
  const notified = synthesized({
    notifications: { pages: ['oncall@example.com'], tickets: ['team@example.com'], otherSubscribers: false },
  });
  const topicOf = (part: string) => ({ Ref: only(notified, 'AWS::SNS::Topic', part).id });
  const subscriptions = Object.values(notified.findResources('AWS::SNS::Subscription')).map(
    ({ Properties }) => Properties as unknown,
  );
  expect(subscriptions).toEqual([
    { Protocol: 'email', Endpoint: 'oncall@example.com', TopicArn: topicOf('Pages') },
    { Protocol: 'email', Endpoint: 'team@example.com', TopicArn: topicOf('Tickets') },
  ]);
});

test('an environment without recipients of pages or tickets has a warning at synthesis, unless others subscribe', () => {
  // Synthesis prints the warnings.
  const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const warned = (notifications: Partial<NotificationSettings>) => {
    const none = { pages: [], tickets: [], otherSubscribers: false };
    const environment = { ...development, notifications: { ...none, ...notifications } };
    return withStacks(environment, ({ pipelineStack }) =>
      Annotations.fromStack(pipelineStack)
        .findWarning('*', Match.stringLikeRegexp('No one receives'))
        .map(({ entry }) => (entry.data as string).slice(0, 30)),
    );
  };
  expect(warned({})).toEqual(['No one receives the pages of d', 'No one receives the tickets of']);
  expect(warned({ pages: ['oncall@example.com'] })).toEqual(['No one receives the tickets of']);
  expect(warned({ otherSubscribers: true })).toEqual([]);
  printed.mockRestore();
});

/** The runbook section that an alarm's description links to. */
function sectionOf({ AlarmDescription }: { readonly AlarmDescription: string }): string | undefined {
  return / Runbook: https:\S+#([a-z-]+)/.exec(AlarmDescription)?.[1];
}

/** What the console reads from the address of Logs Insights in a description; undefined if there is none. */
function linkedQuery(description: string): Record<string, unknown> | undefined {
  const address = / Logs: (https:\S+)$/.exec(description)?.[1];
  if (address === undefined) return undefined;
  expect(address).toMatch(
    /^https:\/\/us-east-1\.console\.aws\.amazon\.com\/cloudwatch\/home\?region=us-east-1#logsV2:logs-insights\$3F/,
  );
  const page = decodeURIComponent((address.split('#')[1] ?? '').replaceAll('$', '%'));
  const detail = new URLSearchParams(page.split('?')[1]).get('queryDetail');
  return parseJsurl(detail ?? '') as Record<string, unknown>;
}

function statements(document: unknown): Record<string, unknown>[] {
  return (document as { Statement: Record<string, unknown>[] }).Statement;
}
