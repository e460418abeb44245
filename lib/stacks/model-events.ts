import {
  Annotations,
  CfnOutput,
  CrossStackReferences,
  Duration,
  ReferenceStrength,
  Stack,
  type StackProps,
} from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment';
import { mayEndName } from '../../config/sample-ids';
import { importedVpc } from '../imported-vpc';
import { ModelEvents } from '../model-events';
import { isProtected, registrationsRemovalPolicy } from '../protection';
import { importedEndpoint, type RedisEndpoint } from '../redis-endpoint';

export interface ModelEventsStackProps extends StackProps {
  readonly environment: Environment;
  /** The Redis of another stack. @default the imported Redis of the configuration */
  readonly redis?: RedisEndpoint | undefined;
  /** Folder with a bundle for each function. @default dist/lambda, where `npm run build` writes them */
  readonly bundles?: string;
}

/** The pipeline of an environment, and the outputs that operators read. */
export class ModelEventsStack extends Stack {
  constructor(scope: Construct, id: string, props: ModelEventsStackProps) {
    const { environment, redis, bundles, ...stackProps } = props;
    super(scope, id, {
      description: `Model events (${environment.environment}): from the registry's bus to the services' queues`,
      env: { account: environment.account, region: environment.region },
      terminationProtection: isProtected(environment),
      ...stackProps,
    });
    // Redis' stack cannot be deleted, nor its values replaced, while this one uses them.
    CrossStackReferences.of(this).consume(ReferenceStrength.STRONG);
    const secretArn = environment.redis.source === 'imported' ? environment.redis.authSecretArn : undefined;
    if (secretArn !== undefined && mayEndName(secretArn)) {
      Annotations.of(this).addWarningV2(
        'model-events:secretSuffix',
        `redis.authSecretArn ends in ${secretArn.slice(-6)}: if that is the end of the secret's name, the six characters behind it are missing. \`npx model-events doctor -e ${environment.environment} --only secret\` compares it with the secret's ARN.`,
      );
    }
    // The configuration admits only the numbers that the type knows.
    const logRetention = environment.logRetentionDays as unknown as RetentionDays;
    // The id `Default` is no part of logical ids: those of deployed resources stay.
    const { ingress, publisher, operations, notifications, health, dashboard } = new ModelEvents(this, 'Default', {
      ...environment,
      environmentName: environment.environment,
      vpc: importedVpc(this, environment.vpc),
      interfaceEndpoints: environment.vpc.interfaceEndpoints,
      redis: redis ?? importedEndpoint(this, environment),
      archiveRetention: Duration.days(environment.archiveRetentionDays),
      deduplicationWindow: Duration.hours(environment.seenHours),
      logRetention,
      removalPolicy: registrationsRemovalPolicy(environment),
      bundles,
    });
    const outputs = {
      BusName: ['Event bus that the registry sends events to', ingress.bus.eventBusName],
      ArchiveName: ['Archive for replays of registrations', ingress.archive.archiveName],
      BufferUrl: ['SQS buffer between the rule and the publisher', ingress.buffer.queueUrl],
      BufferDeadLettersUrl: [
        'Dead letter queue of the buffer; redrive it when the cause is fixed',
        ingress.bufferDeadLetters.queueUrl,
      ],
      UndeliverableUrl: ['Events that EventBridge could not deliver to the buffer', ingress.undeliverable.queueUrl],
      PagesTopicArn: ['Topic for on-call', notifications.pages.topicArn],
      TicketsTopicArn: ['Topic for tickets', notifications.tickets.topicArn],
      PublisherName: ['Publisher function', publisher.function.functionName],
      OperationsName: ['Operations function, which npx model-events invokes', operations.function.functionName],
      DashboardUrl: ['CloudWatch dashboard', dashboard.url],
      HealthUrl: ['Health and message status, for signed requests', health.url],
    } as const;
    for (const [id, [description, value]] of Object.entries(outputs)) new CfnOutput(this, id, { description, value });
  }
}
