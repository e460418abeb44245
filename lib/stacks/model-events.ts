import { join } from 'node:path';
import { Annotations, CfnOutput, CrossStackReferences, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment';
import { mayEndName } from '../../config/sample-ids';
import { Health } from '../health';
import { Alarms } from '../alarms/alarms';
import type { WatchedFunction } from '../alarms/function-alarms';
import { Dashboard } from '../dashboard';
import { Ingress } from '../ingress';
import { depthActions, Monitor } from '../monitor';
import { LogQueries } from '../log-queries';
import { Network } from '../network';
import { Notifications } from '../notifications';
import { bufferActions, Operations } from '../operations';
import { isProtected } from '../protection';
import { Publisher } from '../publisher';
import { RedisAccess, secretActions } from '../redis-access';
import type { RedisEndpoint } from '../redis-endpoint';
import { builtBundles } from '../redis-function';
import type { ServiceAddresses } from '../service-endpoints';

/** What the pipeline uses of the stack that creates Redis. */
interface CreatedBeside {
  readonly endpoint: RedisEndpoint;
  readonly endpoints: ServiceAddresses | undefined;
  readonly rotation: LambdaFunction;
}

export interface ModelEventsStackProps extends StackProps {
  readonly environment: Environment;
  /** The stack that creates Redis, and its VPC endpoints. @default the imported Redis of the configuration */
  readonly redis?: CreatedBeside | undefined;
  /** Folder with a bundle for each function. @default dist/lambda, where `npm run build` writes them */
  readonly bundles?: string;
}

/** The pipeline from the registry's events to the subscriptions' queues. */
export class ModelEventsStack extends Stack {
  constructor(scope: Construct, id: string, props: ModelEventsStackProps) {
    const { environment, redis: created, bundles = builtBundles, ...stackProps } = props;
    super(scope, id, {
      description: `Model events (${environment.environment}): from the registry's bus to the services' queues`,
      env: { account: environment.account, region: environment.region },
      terminationProtection: isProtected(environment),
      ...stackProps,
    });
    // Redis' stack cannot be deleted, nor its values replaced, while this one uses them.
    CrossStackReferences.of(this).consume(ReferenceStrength.STRONG);
    if (environment.redis.source === 'imported' && mayEndName(environment.redis.authSecretArn)) {
      Annotations.of(this).addWarningV2(
        'model-events:secretSuffix',
        `redis.authSecretArn ends in ${environment.redis.authSecretArn.slice(-6)}: if that is the end of the secret's name, the six characters behind it are missing. \`npx model-events doctor -e ${environment.environment} --only secret\` compares it with the secret's ARN.`,
      );
    }
    const ingress = new Ingress(this, 'Ingress', { environment });
    const network = new Network(this, 'Network', {
      environment,
      services: ['secretsmanager', 'sqs'],
      endpoints: created?.endpoints,
    });
    const redis = new RedisAccess(this, 'Redis', { environment, endpoint: created?.endpoint });
    network.allow('secretsmanager', secretActions.read, redis.authSecretArn);
    network.allow('sqs', bufferActions, ingress.buffer.queueArn);
    for (const queue of [ingress.buffer, ingress.redeliveries, ingress.bufferDeadLetters, ingress.undeliverable]) {
      network.allow('sqs', depthActions, queue.queueArn);
    }
    const publisher = new Publisher(this, 'Publisher', {
      environment,
      buffer: ingress.buffer,
      redeliveries: ingress.redeliveries,
      network,
      redis,
      bundle: join(bundles, 'publisher'),
    });
    const monitor = new Monitor(this, 'Monitor', {
      environment,
      ingress,
      network,
      redis,
      bundle: join(bundles, 'monitor'),
    });
    const health = new Health(this, 'Health', { environment, network, redis, bundle: join(bundles, 'health') });

    const operations = new Operations(this, 'Operations', {
      environment,
      buffer: ingress.buffer,
      network,
      redis,
      bundle: join(bundles, 'operations'),
    });

    const functions: WatchedFunction[] = [
      {
        name: 'publisher',
        function: publisher.function,
        impact: 'New models reach the services late, or not at all if each invocation fails.',
        errorsPage: true,
      },
      {
        name: 'monitor',
        function: monitor.function,
        impact: 'Expired leases are not reclaimed, due retries wait, and other alarms have no data.',
      },
      {
        name: 'health',
        function: health.function,
        impact: 'Pipeline health and message status are unavailable.',
      },
      {
        name: 'operations',
        function: operations.function,
        impact: 'No impact on services; operators cannot inspect or redrive queues.',
      },
    ];
    if (created !== undefined) {
      const impact = 'No impact on services; the Redis token is not rotated.';
      functions.push({ name: 'rotation', function: created.rotation, impact, rare: true });
    }
    const logGroups = [publisher, monitor, health, operations].map((part) => part.function.logGroup);
    new LogQueries(this, 'LogQueries', { environment: environment.environment, logGroups });
    const { buffer, redeliveries } = ingress;
    const notifications = new Notifications(this, 'Notifications', { environment });
    const alarms = new Alarms(this, 'Alarms', { environment, notifications, buffer, redeliveries, functions });
    const { url } = new Dashboard(this, 'Dashboard', {
      environment,
      buffer,
      functions,
      operations: operations.function,
      logGroups,
      alarms,
    });

    this.output('BusName', 'Event bus that the registry sends events to', ingress.bus.eventBusName);
    this.output('ArchiveName', 'Archive for replays of registrations', ingress.archive.archiveName);
    this.output('BufferUrl', 'SQS buffer between the rule and the publisher', ingress.buffer.queueUrl);
    this.output(
      'BufferDeadLettersUrl',
      'Dead letter queue of the buffer; redrive it when the cause is fixed',
      ingress.bufferDeadLetters.queueUrl,
    );
    this.output(
      'UndeliverableUrl',
      'Events that EventBridge could not deliver to the buffer',
      ingress.undeliverable.queueUrl,
    );
    this.output('PagesTopicArn', 'Topic for on-call', notifications.pages.topicArn);
    this.output('TicketsTopicArn', 'Topic for tickets', notifications.tickets.topicArn);
    this.output('PublisherName', 'Publisher function', publisher.function.functionName);
    this.output(
      'OperationsName',
      'Operations function, which npx model-events invokes',
      operations.function.functionName,
    );
    this.output('DashboardUrl', 'CloudWatch dashboard', url);
    this.output('HealthUrl', 'Health and message status, for signed requests', health.url);
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
