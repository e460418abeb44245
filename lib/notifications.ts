import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { PipelineSettings } from './pipeline-settings';

export interface NotificationsProps {
  readonly environment: PipelineSettings;
}

/** Topics for alarms: pages for on-call, and tickets. */
export class Notifications extends Construct {
  readonly pages: Topic;
  readonly tickets: Topic;

  private readonly key: Key;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    const { environment, notifications } = props.environment;
    // With `aws/sns` no alarm could publish: that key's policy names no service, and cannot be changed.
    this.key = new Key(this, 'Key', {
      description: `Model events (${environment}): notifications of alarms`,
      enableKeyRotation: true,
    });
    this.key.addToResourcePolicy(this.toAlarms(['kms:Decrypt', 'kms:GenerateDataKey*'], '*'));
    this.pages = this.topic('Pages', `Model events (${environment}): pages on-call`, notifications.pages);
    for (const [kind, addresses] of [
      ['pages', notifications.pages],
      ['tickets', notifications.tickets],
    ] as const) {
      if (addresses.length > 0 || notifications.otherSubscribers) continue;
      Annotations.of(this).addWarningV2(
        `model-events:no-${kind}`,
        `No one receives the ${kind} of ${environment}: write addresses into notifications.${kind}, or set notifications.otherSubscribers to true.`,
      );
    }
    this.tickets = this.topic('Tickets', `Model events (${environment}): tickets`, notifications.tickets);
  }

  private topic(id: string, displayName: string, addresses: readonly string[]): Topic {
    const topic = new Topic(this, id, { displayName, masterKey: this.key, enforceSSL: true });
    topic.addToResourcePolicy(this.toAlarms(['sns:Publish'], topic.topicArn));
    for (const address of addresses) topic.addSubscription(new EmailSubscription(address));
    return topic;
  }

  /** Lets this account's alarms in this region do something, and no other's. */
  private toAlarms(actions: string[], resource: string): PolicyStatement {
    const stack = Stack.of(this);
    const alarms = stack.formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return new PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions,
      resources: [resource],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': alarms } },
    });
  }
}
