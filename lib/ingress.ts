import { Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Archive, EventBus, type EventPattern, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IQueue, Queue, type QueueProps, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  archiveName,
  eventBusName,
  modelRegistered,
  registrationRule,
  registrySource,
  smokeSource,
} from '../contract/event-source';
import type { PipelineSettings } from './pipeline-settings';

/** The SQS queues between the bus and the publisher. */
export interface PipelineQueues {
  /** Where registrations wait for the publisher. */
  readonly buffer: IQueue;
  /** What the publisher returned: SQS moves it here after its first delivery, where it delays no new registration. */
  readonly redeliveries: IQueue;
  /** What the publisher could not publish until `maxReceiveCount`. */
  readonly bufferDeadLetters: IQueue;
  /** What EventBridge could not write into the buffer. */
  readonly undeliverable: IQueue;
}

export interface IngressProps {
  readonly environment: Pick<PipelineSettings, 'environment' | 'buffer' | 'archiveRetentionDays'>;
  /** Of what holds registrations. */
  readonly removalPolicy: RemovalPolicy;
}

/** The longest that SQS keeps a message, counted from its first queue. */
const deadLetterRetention = Duration.days(14);

/** EventBridge's maximum, set explicitly because the default of a bus may be lower. */
const delivery = { maximumEventAgeInSeconds: 24 * 60 * 60, maximumRetryAttempts: 185 };

/** The pipeline's first part: the bus, its archive, and the buffer into which the rules write. */
export class Ingress extends Construct implements PipelineQueues {
  readonly bus: EventBus;
  /** Registrations, for replay. Smoke events are not kept. */
  readonly archive: Archive;
  readonly buffer: Queue;
  readonly redeliveries: Queue;
  readonly bufferDeadLetters: Queue;
  readonly undeliverable: Queue;

  private readonly removalPolicy: RemovalPolicy;

  constructor(scope: Construct, id: string, props: IngressProps) {
    super(scope, id);
    const { environment, buffer, archiveRetentionDays } = props.environment;
    this.removalPolicy = props.removalPolicy;
    const busName = eventBusName(environment);
    const registrations: EventPattern = { source: [registrySource], detailType: [modelRegistered] };
    const smokeEvents: EventPattern = { source: [smokeSource], detailType: [modelRegistered] };

    this.bus = new EventBus(this, 'Bus', {
      eventBusName: busName,
      description: 'Model registrations, from the registry',
    });
    this.archive = new Archive(this, 'Archive', {
      archiveName: archiveName(environment),
      description: 'Model registrations, for replay',
      sourceEventBus: this.bus,
      eventPattern: registrations,
      retention: Duration.days(archiveRetentionDays),
    });

    for (const kept of [this.bus, this.archive]) kept.applyRemovalPolicy(this.removalPolicy);

    this.bufferDeadLetters = this.queue('BufferDeadLetters', { retentionPeriod: deadLetterRetention });
    this.undeliverable = this.queue('Undeliverable', { retentionPeriod: deadLetterRetention });
    Validations.of(this.undeliverable).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is itself a dead letter queue, of the rules on the bus; the check looks for queues that name it.',
    });
    const waiting = {
      retentionPeriod: Duration.days(buffer.retentionDays),
      visibilityTimeout: Duration.seconds(buffer.visibilityTimeoutSeconds),
    };
    this.redeliveries = this.queue('Redeliveries', {
      ...waiting,
      deadLetterQueue: { queue: this.bufferDeadLetters, maxReceiveCount: buffer.maxReceiveCount },
    });
    this.buffer = this.queue('Buffer', {
      ...waiting,
      deadLetterQueue: { queue: this.redeliveries, maxReceiveCount: 1 },
    });

    const patterns = { [registrationRule]: registrations, smoke: smokeEvents };
    this.allowRulesToSend(Object.keys(patterns).map((rule) => `${busName}/${rule}`));
    for (const [ruleName, eventPattern] of Object.entries(patterns)) {
      const rule = new Rule(this, ruleName, { ruleName, eventBus: this.bus, eventPattern, targets: [this.target()] });
      // EventBridge does not retry a denied delivery, so the queues' policies must exist before the first event.
      rule.node.addDependency(this.buffer, this.undeliverable);
    }
  }

  private queue(id: string, props: QueueProps): Queue {
    // SQS's own key: with `aws/sqs` EventBridge could not write, and a customer key is one more thing to lose.
    const { removalPolicy } = this;
    return new Queue(this, id, { ...props, removalPolicy, encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true });
  }

  private allowRulesToSend(ruleNames: readonly string[]): void {
    const { account } = Stack.of(this);
    // By name, not by reference: the policies have to exist before the rules.
    const ruleArns = ruleNames.map((resourceName) =>
      Stack.of(this).formatArn({ service: 'events', resource: 'rule', resourceName }),
    );
    for (const queue of [this.buffer, this.undeliverable]) {
      queue.addToResourcePolicy(
        new PolicyStatement({
          sid: 'RulesOfThisBus',
          principals: [new ServicePrincipal('events.amazonaws.com')],
          actions: ['sqs:SendMessage'],
          resources: [queue.queueArn],
          conditions: { ArnEquals: { 'aws:SourceArn': ruleArns }, StringEquals: { 'aws:SourceAccount': account } },
        }),
      );
    }
  }

  /** The buffer as it is, without the policy that the ready-made target would add: that one refers to the rule. */
  private target(): IRuleTarget {
    return {
      bind: () => ({
        arn: this.buffer.queueArn,
        deadLetterConfig: { arn: this.undeliverable.queueArn },
        retryPolicy: delivery,
        targetResource: this.buffer,
      }),
    };
  }
}
