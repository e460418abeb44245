import { Stack } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Connections } from 'aws-cdk-lib/aws-ec2';
import { type IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { ContainerDefinition, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { type Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { queueNameProblems } from '../config/queue-names';
import { type ContainerWiring, containerWiring, type WiredService } from '../contract/container-wiring';
import type { QueueMetric } from '../contract/metrics';
import { formatSubscriptions, parseSubscriptions, type Subscription } from '../contract/subscriptions';
import { ContainerSecret } from './container-secret';
import { type EnvironmentMetric, PipelineMetrics } from './pipeline-metrics';
import { defaultEnvironmentName } from './pipeline-settings';
import { RedisAccess } from './redis-access';
import type { RedisEndpoint } from './redis-endpoint';
import { WiringAspect } from './wiring-aspect';
import type { CheckedContainer, WiredPipeline } from './wiring-problems';

/** What a container does with model events: at least one of `subscription` and `producer`. */
export interface WireOptions {
  /** Service of the subscription whose messages the container consumes, as in `hokusai-site`. @default none */
  readonly subscription?: string | undefined;
  /** Whether the container sends registrations to the bus. @default false */
  readonly producer?: boolean;
  /**
   * What gets access to Redis: the ECS service of the task definition, or its security group.
   * @default none: call `service.connections.allowToDefaultPort(modelEvents)`
   */
  readonly client?: IConnectable;
}

/** A pipeline that this app creates, or one that is deployed already. Its default port is that of Redis. */
export interface IModelEvents extends IConstruct, IConnectable {
  /** Name of the environment: a part of the names of its resources, and a dimension of its metrics. */
  readonly environmentName: string;
  /** The bus that producers send `ModelRegistered` events to. */
  readonly eventBus: IEventBus;

  /** Grants `events:PutEvents` on the bus. */
  grantPutEvents(grantee: IGrantable): Grant;

  /**
   * Gives a container its variables, secrets and permissions: the address and token of Redis, read by ECS when a task starts; for a
   * consumer, its queue and retry limit; for a producer, the name of the bus and the right to send events to it.
   * @throws Error if no subscription has that service, or the container is not one of the task definition.
   */
  wire(taskDefinition: TaskDefinition, container: ContainerDefinition, options: WireOptions): void;

  /**
   * Rejects, at synth, task definitions of a family whose container is not wired. Containers that `wire` was called for, and those
   * with the variable `MODEL_EVENTS_QUEUE` or `MODEL_EVENTS_BUS`, are checked in any case.
   */
  requireWired(family: string, container: string, options: WireOptions): void;

  /** A metric of the publisher or the monitor. @default the statistic that suits its unit, over one minute */
  metric(name: EnvironmentMetric, options?: MetricOptions): Metric;
  /** A metric of a subscription's queue. @default maximum over one minute */
  metricOfQueue(subscription: string, name: QueueMetric, options?: MetricOptions): Metric;
  /** Messages that wait for a consumer. @default maximum over one minute */
  metricQueueDepth(subscription: string, options?: MetricOptions): Metric;
  /** Seconds since the event of the message that waits longest. @default maximum over one minute */
  metricOldestMessageAge(subscription: string, options?: MetricOptions): Metric;
  /** Messages and events that were given up. @default maximum over one minute */
  metricDeadLetterDepth(subscription: string, options?: MetricOptions): Metric;
  /** Events put into the queues for the first time. @default sum over one minute */
  metricMessagesPublished(options?: MetricOptions): Metric;
  /** Milliseconds from an event's time until consumers can receive its message. @default p99 over one minute */
  metricEndToEndLatency(options?: MetricOptions): Metric;
  /** 1 if Redis accepted the monitor's write, 0 if not. @default minimum over one minute */
  metricRedisAvailability(options?: MetricOptions): Metric;
}

/** What is known of a pipeline that another app, or another stack, deploys. */
export interface ModelEventsAttributes {
  /** @default 'production' */
  readonly environmentName?: string | undefined;
  /** The pipeline's Redis. */
  readonly redis: RedisEndpoint;
  /** The services that get every message, each with its queue. */
  readonly subscriptions: readonly Subscription[];
}

const environmentNamePattern = /^[a-z][a-z0-9-]{0,19}$/;

/** Grants, wiring and metrics, which need only the names of a pipeline's resources. */
export abstract class ModelEventsBase extends Construct implements IModelEvents, WiredPipeline {
  abstract readonly eventBus: IEventBus;
  readonly environmentName: string;
  readonly connections: Connections;
  /** What creates the SSM parameters with the address of Redis. */
  protected addressParameters: readonly IDependable[];
  /** Address and secret of Redis. */
  protected readonly redis: RedisAccess;
  private readonly endpoint: RedisEndpoint;
  private readonly subscriptions: readonly Subscription[];
  private readonly metrics: PipelineMetrics;
  private readonly aspect: WiringAspect;

  constructor(scope: Construct, id: string, attributes: ModelEventsAttributes) {
    super(scope, id);
    const { environmentName = defaultEnvironmentName, redis, subscriptions } = attributes;
    if (!environmentNamePattern.test(environmentName)) {
      throw new Error(
        `environmentName must be up to 20 lower-case letters, digits and dashes, and begin with a letter; got "${environmentName}"`,
      );
    }
    this.environmentName = environmentName;
    this.subscriptions = parseSubscriptions(formatSubscriptions(subscriptions));
    this.metrics = new PipelineMetrics(environmentName);
    this.redis = new RedisAccess(this, 'Redis', { environment: environmentName, endpoint: redis });
    const [problem] = queueNameProblems(this.subscriptions, this.redis.kind !== 'group');
    if (problem !== undefined) {
      const { path, rule, value, remedy } = problem;
      throw new Error(`${path} must be ${rule}; got ${value}. ${remedy}`);
    }
    this.endpoint = redis;
    this.addressParameters = redis.addressParameters ?? [];
    this.connections = this.redis.connections;
    this.aspect = WiringAspect.of(this);
    this.aspect.add(this);
  }

  /** Access of another user than the operator, if Redis has users. */
  protected redisAs(user: string): RedisAccess {
    const id = `Redis-${user}`;
    const made = this.node.tryFindChild(id) as RedisAccess | undefined;
    return made ?? new RedisAccess(this, id, { environment: this.environmentName, endpoint: this.endpoint, user });
  }

  secretArnOf(service: WiredService): string | undefined {
    return this.accessOf(service).authSecretArn;
  }

  /** With users each consumer has its own. */
  private accessOf({ queue }: WiredService): RedisAccess {
    const consumer = this.subscriptions.find((subscription) => subscription.queue === queue);
    return this.redis.hasUsers && consumer !== undefined ? this.redisAs(consumer.service) : this.redis;
  }

  get queues(): string[] {
    return this.subscriptions.map(({ queue }) => queue);
  }

  grantPutEvents(grantee: IGrantable): Grant {
    return this.eventBus.grantPutEventsTo(grantee);
  }

  wire(taskDefinition: TaskDefinition, container: ContainerDefinition, options: WireOptions): void {
    if (container.taskDefinition !== taskDefinition) {
      throw new Error(`Container ${container.containerName} is not in task definition ${taskDefinition.node.path}.`);
    }
    const checked = this.checked(container.containerName, options);
    const { variables, secrets, executionRights, taskRights } = this.wiringOf(checked.service);
    for (const [name, value] of Object.entries(variables)) container.addEnvironment(name, value);
    for (const [name, valueFrom] of Object.entries(secrets)) {
      container.addSecret(name, new ContainerSecret(valueFrom));
    }
    const executionRole = taskDefinition.obtainExecutionRole();
    if (Object.keys(secrets).length > 0) this.accessOf(checked.service).grantToken(executionRole);
    for (const { action, resource } of executionRights.filter(({ action }) => action.startsWith('ssm:'))) {
      executionRole.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    }
    for (const { action, resource } of taskRights) {
      taskDefinition.taskRole.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    }
    // ECS reads the address when the first task starts.
    taskDefinition.node.addDependency(...this.addressParameters);
    if (options.client !== undefined) this.redis.allowFrom(options.client);
    this.aspect.expect(taskDefinition, checked);
  }

  requireWired(family: string, container: string, options: WireOptions): void {
    this.aspect.expect(family, this.checked(container, options));
  }

  /** The variables, secrets and permissions of a service's container. */
  wiringOf(service: WiredService, authSecretArn = this.secretArnOf(service)): ContainerWiring {
    const { environmentName: environment, subscriptions } = this;
    const { account, region } = Stack.of(this);
    const { kmsKeyArn, hasUsers, iam } = this.accessOf(service);
    return containerWiring(
      { environment, account, region, subscriptions, authSecretArn, kmsKeyArn, hasUsers, iam },
      service,
    );
  }

  metric(name: EnvironmentMetric, options: MetricOptions = {}): Metric {
    return this.metrics.environmentWide(name, options);
  }

  metricOfQueue(subscription: string, name: QueueMetric, options: MetricOptions = {}): Metric {
    return this.metrics.queue(this.queueOf(subscription), name, { statistic: 'Maximum', ...options });
  }

  metricQueueDepth(subscription: string, options?: MetricOptions): Metric {
    return this.metricOfQueue(subscription, 'QueueDepth', options);
  }

  metricOldestMessageAge(subscription: string, options?: MetricOptions): Metric {
    return this.metricOfQueue(subscription, 'OldestMessageAge', options);
  }

  metricDeadLetterDepth(subscription: string, options?: MetricOptions): Metric {
    return this.metricOfQueue(subscription, 'DeadLetterDepth', options);
  }

  metricMessagesPublished(options?: MetricOptions): Metric {
    return this.metric('MessagesPublished', options);
  }

  metricEndToEndLatency(options?: MetricOptions): Metric {
    return this.metric('EndToEndLatency', options);
  }

  metricRedisAvailability(options?: MetricOptions): Metric {
    return this.metric('RedisAvailability', { statistic: 'Minimum', ...options });
  }

  private checked(container: string, { subscription, producer = false }: WireOptions): CheckedContainer {
    if (subscription === undefined && !producer) {
      throw new Error(
        `Container ${container} is neither consumer nor producer: set \`subscription\`, or \`producer: true\`.`,
      );
    }
    const queue = subscription === undefined ? undefined : this.queueOf(subscription);
    return { container, service: { role: producer ? 'producer' : 'consumer', queue }, pipeline: this };
  }

  private queueOf(subscription: string): string {
    const found = this.subscriptions.find(({ service }) => service === subscription);
    if (found !== undefined) return found.queue;
    const known = this.subscriptions.map(({ service }) => service).join(', ');
    throw new Error(`No subscription of service "${subscription}" in ${this.node.path}. Available: ${known}.`);
  }
}
