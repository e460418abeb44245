import { join } from 'node:path';
import { CfnOutput, CrossStackReferences, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment';
import { Ingress } from '../ingress';
import { Network } from '../network';
import { Publisher } from '../publisher';
import { RedisAccess, secretActions } from '../redis-access';
import type { RedisEndpoint } from '../redis-endpoint';
import { builtBundles } from '../redis-function';
import type { ServiceAddresses } from '../service-endpoints';

export interface ModelEventsStackProps extends StackProps {
  readonly environment: Environment;
  /** The stack that creates Redis, and the way from there to AWS services. @default the configuration's Redis */
  readonly redis?: { readonly endpoint: RedisEndpoint; readonly endpoints: ServiceAddresses | undefined } | undefined;
  /** Folder with a bundle for each function. @default dist/lambda, where `npm run build` writes them */
  readonly bundles?: string;
}

/** The road from the registry's events to the subscriptions' queues. */
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
      services: ['secretsmanager'],
      endpoints: created?.endpoints,
    });
    const redis = new RedisAccess(this, 'Redis', { environment, endpoint: created?.endpoint });
    network.letThrough('secretsmanager', secretActions.read, redis.authSecretArn);
    const publisher = new Publisher(this, 'Publisher', {
      environment,
      buffer: ingress.buffer,
      network,
      redis,
      bundle: join(bundles, 'publisher'),
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
    this.tell('PublisherName', 'The function that writes to Redis', publisher.function.functionName);
  }

  private tell(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
