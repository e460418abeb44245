import { join } from 'node:path';
import { CfnOutput, CrossStackReferences, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment';
import { Health } from '../health';
import { Alarms } from '../alarms/alarms';
import type { WatchedFunction } from '../alarms/function-alarms';
import { Dashboard } from '../dashboard';
import { Ingress } from '../ingress';
import { depthActions, Monitor } from '../monitor';
import { Network } from '../network';
import { Notifications } from '../notifications';
import { bufferActions, Operations } from '../operations';
import { Publisher } from '../publisher';
import { RedisAccess, secretActions } from '../redis-access';
import type { RedisEndpoint } from '../redis-endpoint';
import { builtBundles } from '../redis-function';
import type { ServiceAddresses } from '../service-endpoints';

/** What the pipeline uses of the stack that creates Redis. */
interface CreatedBeside {
  readonly endpoint: RedisEndpoint;
  readonly endpoints: ServiceAddresses | undefined;
  readonly rotation: IFunction;
}

export interface ModelEventsStackProps extends StackProps {
  readonly environment: Environment;
  /** The stack that creates Redis, and the way from there to AWS services. @default the configuration's Redis */
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
      ...stackProps,
    });
    // Redis' stack cannot be deleted, nor its values replaced, while this one uses them.
    CrossStackReferences.of(this).consume(ReferenceStrength.STRONG);
    const ingress = new Ingress(this, 'Ingress', { environment });
    const network = new Network(this, 'Network', {
      environment,
      services: ['secretsmanager', 'sqs'],
      endpoints: created?.endpoints,
    });
    const redis = new RedisAccess(this, 'Redis', { environment, endpoint: created?.endpoint });
    network.allow('secretsmanager', secretActions.read, redis.authSecretArn);
    network.allow('sqs', bufferActions, ingress.buffer.queueArn);
    for (const queue of [ingress.buffer, ingress.bufferDeadLetters, ingress.undeliverable]) {
      network.allow('sqs', depthActions, queue.queueArn);
    }
    const publisher = new Publisher(this, 'Publisher', {
      environment,
      buffer: ingress.buffer,
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
      { name: 'publisher', function: publisher.function, impact: 'New models reach the services late, or not yet.' },
      {
        name: 'monitor',
        function: monitor.function,
        impact: 'Messages of consumers that died come back late, and nobody sees what else is wrong.',
      },
      {
        name: 'health',
        function: health.function,
        impact: "Nobody sees whether the pipeline works, or where a model's message is.",
      },
      {
        name: 'operations',
        function: operations.function,
        impact: 'No impact on services; operators cannot look or act.',
      },
    ];
    if (created !== undefined) {
      const impact = "No impact on services: Redis' token stays as it is, longer than it should.";
      functions.push({ name: 'rotation', function: created.rotation, impact, rare: true });
    }
    const { buffer } = ingress;
    const notifications = new Notifications(this, 'Notifications', { environment });
    const alarms = new Alarms(this, 'Alarms', { environment, notifications, buffer, functions });
    const { url } = new Dashboard(this, 'Dashboard', {
      environment,
      buffer,
      functions,
      operations: operations.function,
      alarms,
    });

    this.tell('BusName', 'The registry puts its events here', ingress.bus.eventBusName);
    this.tell('ArchiveName', 'Registrations can be replayed from here', ingress.archive.archiveName);
    this.tell('BufferUrl', 'Registrations wait here for the publisher', ingress.buffer.queueUrl);
    this.tell(
      'BufferDeadLettersUrl',
      'What could not be published; send it back when the cause is gone',
      ingress.bufferDeadLetters.queueUrl,
    );
    this.tell('UndeliverableUrl', 'What EventBridge could not write into the buffer', ingress.undeliverable.queueUrl);
    this.tell('PagesTopicArn', 'Subscribe whoever is woken', notifications.pages.topicArn);
    this.tell('TicketsTopicArn', 'Subscribe whoever reads tickets', notifications.tickets.topicArn);
    this.tell('PublisherName', 'The function that writes to Redis', publisher.function.functionName);
    this.tell('OperationsName', 'The function behind npx model-events', operations.function.functionName);
    this.tell('DashboardUrl', 'The pipeline at a glance', url);
    this.tell('HealthUrl', 'Health and status of messages, for signed requests', health.url);
  }

  private tell(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
