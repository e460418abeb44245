import { join } from 'node:path';
import type { Duration } from 'aws-cdk-lib';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct, IDependable } from 'constructs';
import {
  type AlarmSettings,
  type BufferSettings,
  defaults,
  type DeploymentSettings,
  type NotificationSettings,
  type PublisherSettings,
} from '../config/environment';
import { eventBusName } from '../contract/event-source';
import { redisHostParameter, redisPortParameter } from '../contract/parameter-names';
import { policyOf } from '../contract/subscriptions';
import { Alarms } from './alarms/alarms';
import type { WatchedFunction } from './alarms/function-alarms';
import { Dashboard } from './dashboard';
import { Deployments } from './deployments';
import { Health } from './health';
import { Ingress } from './ingress';
import { LogQueries } from './log-queries';
import { type IModelEvents, type ModelEventsAttributes, ModelEventsBase } from './model-events-base';
import { Monitor } from './monitor';
import { Network } from './network';
import { Notifications } from './notifications';
import { bufferActions, Operations } from './operations';
import type { PipelineSettings } from './pipeline-settings';
import { Publisher } from './publisher';
import { secretActions } from './redis-access';
import { builtBundles } from './redis-function';

export interface ModelEventsProps extends ModelEventsAttributes {
  /** The VPC of Redis; the functions run in it. */
  readonly vpc: IVpc;
  /**
   * Subnets of the functions. From there they need a way to AWS services: a NAT gateway, or `interfaceEndpoints`.
   * @default the private subnets of the VPC
   */
  readonly vpcSubnets?: SubnetSelection;
  /** Creates interface endpoints for the AWS services that the functions call. @default false */
  readonly interfaceEndpoints?: boolean;
  /** Batches, concurrency, memory and time of the publisher. @default the defaults in docs/reference/configuration.md */
  readonly publisher?: Partial<PublisherSettings>;
  /** Retention and redelivery of the SQS buffer. @default the defaults in docs/reference/configuration.md */
  readonly buffer?: Partial<BufferSettings>;
  /** Thresholds of the alarms and health checks. @default the defaults in docs/reference/configuration.md; no links to a runbook */
  readonly alarms?: Partial<AlarmSettings>;
  /** How invocations move to new versions of the functions. @default the defaults in docs/reference/configuration.md */
  readonly deployment?: Partial<DeploymentSettings>;
  /** E-mail addresses that receive alarms. @default none: subscribe to `notifications.pages` and `notifications.tickets` */
  readonly notifications?: Partial<NotificationSettings>;
  /** How long registrations can be replayed. @default Duration.days(90) */
  readonly archiveRetention?: Duration;
  /** How long a second delivery of an event is recognized; whole hours, up to 14 days. @default Duration.hours(24) */
  readonly deduplicationWindow?: Duration;
  /** How long the functions' logs are kept. @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays;
  /** Of the bus, its archive and the SQS queues. @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
  /** Folder with a bundle for each function. @default the bundles of this package */
  readonly bundles?: string | undefined;
}

/** The pipeline from the registry's events to the subscriptions' queues, with its alarms, dashboard and operations. */
export class ModelEvents extends ModelEventsBase {
  /** A pipeline that another app or stack deploys: for grants, wiring and metrics. */
  static fromModelEventsAttributes(scope: Construct, id: string, attributes: ModelEventsAttributes): IModelEvents {
    return new ImportedModelEvents(scope, id, attributes);
  }

  readonly eventBus: IEventBus;
  readonly ingress: Ingress;
  readonly publisher: Publisher;
  readonly health: Health;
  readonly operations: Operations;
  readonly notifications: Notifications;
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: ModelEventsProps) {
    super(scope, id, props);
    const { redis: endpoint, bundles = builtBundles, removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE } = props;
    const environment = settingsOf(this.environmentName, props);
    const bundleOf = (name: string): { readonly bundle: string } => ({ bundle: join(bundles, name) });
    this.ingress = new Ingress(this, 'Ingress', { environment, removalPolicy });
    if (endpoint.addressParameters === undefined) {
      const parameter = (id: string, parameterName: string, stringValue: string): IDependable =>
        new StringParameter(this, id, { parameterName, stringValue });
      this.addressParameters = [
        parameter('RedisHost', redisHostParameter(this.environmentName), endpoint.host),
        parameter('RedisPort', redisPortParameter(this.environmentName), String(this.redis.port)),
      ];
    }
    this.eventBus = this.ingress.bus as IEventBus;
    const { buffer, redeliveries } = this.ingress;
    const network = new Network(this, 'Network', {
      vpc: props.vpc,
      subnets: props.vpcSubnets,
      interfaceEndpoints: props.interfaceEndpoints ?? false,
      services: endpoint.iam === undefined ? ['secretsmanager', 'sqs'] : ['sqs'],
      endpoints: endpoint.serviceEndpoints,
    });
    const { redis } = this;
    network.allow('sqs', bufferActions, buffer.queueArn);
    const part = { environment, network, redis };
    const asPublisher = redis.hasUsers ? this.redisAs('publisher') : redis;
    for (const { authSecretArn } of [redis, asPublisher])
      if (authSecretArn !== undefined) network.allow('secretsmanager', secretActions.read, authSecretArn);
    this.publisher = new Publisher(this, 'Publisher', {
      ...part,
      redis: asPublisher,
      ...bundleOf('publisher'),
      buffer,
      redeliveries,
    });
    const monitor = new Monitor(this, 'Monitor', { ...part, ...bundleOf('monitor') });
    this.health = new Health(this, 'Health', { ...part, ...bundleOf('health') });
    this.operations = new Operations(this, 'Operations', { ...part, ...bundleOf('operations'), buffer });

    const functions: WatchedFunction[] = [
      {
        name: 'publisher',
        function: this.publisher.function,
        live: this.publisher.live,
        impact: 'New models reach the services late, or not at all if each invocation fails.',
        errorsPage: true,
      },
      {
        name: 'monitor',
        function: monitor.function,
        live: monitor.live,
        impact: 'Expired leases are not reclaimed, due retries wait, and other alarms have no data.',
      },
      {
        name: 'health',
        function: this.health.function,
        impact: 'Pipeline health and message status are unavailable.',
      },
      {
        name: 'operations',
        function: this.operations.function,
        live: this.operations.live,
        impact: 'No impact on services; operators cannot inspect or redrive queues.',
      },
    ];
    const logGroups = functions.map((watched) => watched.function.logGroup);
    if (endpoint.rotation !== undefined) {
      const impact = 'No impact on services; the Redis token is not rotated.';
      functions.push({ name: 'rotation', function: endpoint.rotation, impact, rare: true });
    }
    new LogQueries(this, 'LogQueries', { environment: environment.environment, logGroups });
    this.notifications = new Notifications(this, 'Notifications', { environment });
    const alarms = new Alarms(this, 'Alarms', {
      environment,
      notifications: this.notifications,
      redis,
      queues: this.ingress,
      functions,
    });
    new Deployments(this, 'Deployments', { environment, functions, rollback: alarms.rollback });
    this.dashboard = new Dashboard(this, 'Dashboard', {
      environment,
      queues: this.ingress,
      redis,
      functions,
      operations: this.operations.live as IFunction,
      logGroups,
      alarms,
    });
  }
}

class ImportedModelEvents extends ModelEventsBase {
  readonly eventBus = EventBus.fromEventBusName(this, 'Bus', eventBusName(this.environmentName));
}

/** The settings with their defaults. */
function settingsOf(environment: string, props: ModelEventsProps): PipelineSettings {
  const { archiveRetention, deduplicationWindow, logRetention = defaults.logRetentionDays } = props;
  return {
    environment,
    subscriptions: props.subscriptions.map((subscription) => ({ ...subscription, ...policyOf(subscription) })),
    publisher: { ...defaults.publisher, ...props.publisher },
    buffer: { ...defaults.buffer, ...props.buffer },
    alarms: { ...defaults.alarms, ...props.alarms },
    deployment: { ...defaults.deployment, ...props.deployment },
    notifications: { pages: [], tickets: [], ...defaults.notifications, ...props.notifications },
    archiveRetentionDays: archiveRetention?.toDays() ?? defaults.archiveRetentionDays,
    logRetentionDays: logRetention,
    seenHours: deduplicationWindow?.toHours() ?? defaults.seenHours,
  };
}
