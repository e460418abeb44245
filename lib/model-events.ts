import { join } from 'node:path';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { Alarms } from './alarms/alarms';
import type { WatchedFunction } from './alarms/function-alarms';
import { Dashboard } from './dashboard';
import { Deployments } from './deployments';
import { Health } from './health';
import { Ingress } from './ingress';
import { LogQueries } from './log-queries';
import { depthActions, Monitor } from './monitor';
import { Network } from './network';
import { Notifications } from './notifications';
import { bufferActions, Operations } from './operations';
import type { PipelineSettings } from './pipeline-settings';
import { Publisher } from './publisher';
import { RedisAccess, secretActions } from './redis-access';
import type { RedisEndpoint } from './redis-endpoint';
import { builtBundles } from './redis-function';

export interface ModelEventsProps {
  readonly environment: PipelineSettings;
  readonly vpc: IVpc;
  readonly subnets?: SubnetSelection | undefined;
  readonly interfaceEndpoints: boolean;
  readonly redis: RedisEndpoint;
  /** Folder with a bundle for each function. @default dist/lambda, where `npm run build` writes them */
  readonly bundles?: string | undefined;
}

/** The pipeline from the registry's events to the subscriptions' queues. */
export class ModelEvents extends Construct {
  readonly ingress: Ingress;
  readonly publisher: Publisher;
  readonly health: Health;
  readonly operations: Operations;
  readonly notifications: Notifications;
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: ModelEventsProps) {
    super(scope, id);
    const { environment, redis: endpoint, bundles = builtBundles } = props;
    const bundleOf = (name: string): { readonly bundle: string } => ({ bundle: join(bundles, name) });
    this.ingress = new Ingress(this, 'Ingress', { environment });
    const { buffer, redeliveries, bufferDeadLetters, undeliverable } = this.ingress;
    const network = new Network(this, 'Network', {
      ...props,
      services: ['secretsmanager', 'sqs'],
      endpoints: endpoint.serviceEndpoints,
    });
    const redis = new RedisAccess(this, 'Redis', { environment: environment.environment, endpoint });
    network.allow('secretsmanager', secretActions.read, redis.authSecretArn);
    network.allow('sqs', bufferActions, buffer.queueArn);
    for (const queue of [buffer, redeliveries, bufferDeadLetters, undeliverable]) {
      network.allow('sqs', depthActions, queue.queueArn);
    }
    const part = { environment, network, redis };
    this.publisher = new Publisher(this, 'Publisher', { ...part, ...bundleOf('publisher'), buffer, redeliveries });
    const monitor = new Monitor(this, 'Monitor', { ...part, ...bundleOf('monitor'), ingress: this.ingress });
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
      buffer,
      redeliveries,
      functions,
    });
    new Deployments(this, 'Deployments', { environment, functions, rollback: alarms.rollback });
    this.dashboard = new Dashboard(this, 'Dashboard', {
      environment,
      buffer,
      functions,
      operations: this.operations.live as IFunction,
      logGroups,
      alarms,
    });
  }
}
