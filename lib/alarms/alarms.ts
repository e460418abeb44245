import { Stack } from 'aws-cdk-lib';
import { Alarm, AlarmRule, CompositeAlarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { PipelineQueues } from '../ingress';
import { logQueries, queryString } from '../log-queries';
import { logsInsightsUrl } from '../logs-insights-url';
import type { Notifications } from '../notifications';
import { PipelineMetrics } from '../pipeline-metrics';
import type { PipelineSettings } from '../pipeline-settings';
import type { RedisAccess } from '../redis-access';
import { availability } from './availability';
import { backlog, backlogDepths } from './backlog';
import { type BurnRateAlarm, burnRateAlarms } from './burn-rate';
import type { AlarmDefinition, AlarmQuery } from './definition';
import { deliveryAlarms } from './delivery-alarms';
import { deploymentAlarms, functionAlarms, type WatchedFunction } from './function-alarms';
import { handledLate } from './handled-late';
import { nodeAlarms } from './node-alarms';
import { notificationAlarms } from './notification-alarms';
import { publishingAlarms } from './publishing-alarms';
import { queueAlarms, unsubscribedQueueAlarms } from './queue-alarms';
import { redisAlarms } from './redis-alarms';
import { serverlessAlarms } from './serverless-alarms';

export interface AlarmsProps {
  readonly environment: PipelineSettings;
  readonly notifications: Notifications;
  readonly redis: RedisAccess;
  readonly queues: PipelineQueues;
  readonly functions: readonly WatchedFunction[];
}

interface Made {
  readonly urgency: AlarmDefinition['urgency'];
  readonly alarm: Alarm | CompositeAlarm;
}

type Described = Pick<AlarmDefinition, 'name' | 'wrong' | 'impact' | 'query'>;

/** Every alarm of an environment: those that page on-call, of which one composite tells the end, and the rest, tickets. */
export class Alarms extends Construct {
  /** On while at least one of `paging` is; announces that none is any longer. */
  readonly page: IAlarm;
  /** Each pages on-call when it goes off. */
  readonly paging: readonly (Alarm | CompositeAlarm)[];
  readonly tickets: readonly (Alarm | CompositeAlarm)[];
  /** Those that roll back a deployment, by the name of the function. */
  readonly rollback: ReadonlyMap<string, readonly IAlarm[]>;

  private readonly environment: PipelineSettings;
  private readonly functions: readonly WatchedFunction[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { environment, notifications } = props;
    this.environment = environment;
    this.functions = props.functions;
    const isEssential = environment.alarms.scope === 'essential';
    const metrics = new PipelineMetrics(environment.environment);
    const definitions = [
      ...environment.subscriptions.flatMap((subscription) => queueAlarms(subscription, environment.alarms, metrics)),
      ...unsubscribedQueueAlarms(environment.subscriptions, environment.alarms, metrics),
      ...publishingAlarms(environment.alarms, metrics, props.queues),
      ...redisAlarms(environment.alarms, metrics, props.redis),
      ...props.functions.flatMap((watched) => functionAlarms(watched)),
      ...deliveryAlarms(environment, metrics),
      ...(isEssential ? [] : nodeAlarms(props.redis)),
      ...serverlessAlarms(props.redis),
      ...notificationAlarms(notifications),
    ];
    const objectives = isEssential
      ? []
      : [
          availability(metrics),
          ...environment.subscriptions.map((subscription) => handledLate(subscription, environment.alarms, metrics)),
        ];
    const made: Made[] = [
      ...definitions.map((definition) => ({ urgency: definition.urgency, alarm: this.alarm(definition) })),
      ...objectives.flatMap(burnRateAlarms).map((rate) => ({ urgency: rate.urgency, alarm: this.burnRate(rate) })),
    ];
    made.push({ urgency: 'page', alarm: this.backlog(props.queues.redeliveries, made) });
    this.rollback = new Map(
      props.functions.map((watched) => [
        watched.name,
        deploymentAlarms(watched).map((definition) => this.alarm(definition)),
      ]),
    );
    const of = (urgency: string): Made['alarm'][] =>
      made.filter((each) => each.urgency === urgency).map(({ alarm }) => alarm);
    this.paging = of('page');
    this.tickets = of('ticket');

    const page = this.composite('page', {
      name: 'page',
      wrong: 'At least one paging alarm is in ALARM; its description names the fault.',
      impact: 'New models do not reach the services, or soon will not, or failures are not detected.',
      // Its alarms have their own.
      query: undefined,
      rule: AlarmRule.anyOf(...this.paging),
    });
    this.page = page;
    const [pages, tickets] = [new SnsAction(notifications.pages), new SnsAction(notifications.tickets)];
    // An alarm that is on already does not notify again: a second fault is announced by its own alarm, and the end by `page`.
    for (const alarm of this.paging) alarm.addAlarmAction(pages);
    page.addOkAction(pages);
    for (const alarm of this.tickets) {
      alarm.addAlarmAction(tickets);
      alarm.addOkAction(tickets);
    }
  }

  private alarm(definition: AlarmDefinition): Alarm {
    const { metric, breaches, threshold, datapoints, missing } = definition;
    const id = idOf(definition);
    return new Alarm(this, id, {
      alarmName: this.nameOf(definition.version === undefined ? id : `${id}-${definition.version}`),
      alarmDescription: this.described(definition),
      metric,
      comparisonOperator: breaches,
      threshold,
      datapointsToAlarm: datapoints[0],
      evaluationPeriods: datapoints[1],
      treatMissingData: missing,
    });
  }

  /** Services have what only replicas have not confirmed: `unreplicated-writes` is a ticket. */
  private backlog(redeliveries: IQueue, made: readonly Made[]): CompositeAlarm {
    const unreplicated = made.find(({ alarm }) => alarm.node.id === 'unreplicated-writes');
    if (unreplicated === undefined) throw new Error('There is no alarm unreplicated-writes');
    const rule = AlarmRule.allOf(
      AlarmRule.anyOf(...backlogDepths(redeliveries).map((depth) => this.alarm(depth))),
      AlarmRule.not(unreplicated.alarm),
    );
    return this.composite(backlog.name, { ...backlog, rule });
  }

  private burnRate({ windows, ...rate }: BurnRateAlarm): CompositeAlarm {
    return this.composite(idOf(rate), {
      ...rate,
      rule: AlarmRule.allOf(...windows.map((definition) => this.alarm(definition))),
    });
  }

  private composite(
    id: string,
    { rule, ...texts }: Described & { readonly rule: ReturnType<typeof AlarmRule.allOf> },
  ): CompositeAlarm {
    return new CompositeAlarm(this, id, {
      compositeAlarmName: this.nameOf(id),
      alarmDescription: this.described(texts),
      alarmRule: rule,
    });
  }

  private nameOf(id: string): string {
    return `model-events-${this.environment.environment}-${id}`;
  }

  private described({ name, wrong, impact, query }: Described): string {
    const { runbookUrl } = this.environment.alarms;
    const runbook = runbookUrl === undefined ? '' : ` Runbook: ${runbookUrl}#${name}`;
    const text = `${wrong} Impact: ${impact}${runbook}`;
    return query === undefined ? text : `${text} Logs: ${this.urlOf(query)}`;
  }

  private urlOf({ name, logsOf }: AlarmQuery): string {
    const logGroupNames = logsOf.map((of) => {
      const watched = this.functions.find((each) => each.name === of);
      if (watched === undefined) throw new Error(`An alarm queries the logs of ${of}, which is not a watched function`);
      return watched.function.logGroup.logGroupName;
    });
    const query = queryString(logQueries[name]).toString();
    return logsInsightsUrl({ region: Stack.of(this).region, query, logGroupNames, hours: 24 });
  }
}

function idOf({ name, of }: Pick<AlarmDefinition, 'name' | 'of'>): string {
  return of === undefined ? name : `${name}-${of}`;
}
