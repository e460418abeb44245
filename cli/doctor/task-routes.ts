import { ECSClient } from '@aws-sdk/client-ecs';
import type { RouteTable, VpcEndpoint } from '@aws-sdk/client-ec2';
import type { ServiceSettings } from '../../config/environment';
import { eventBusName } from '../../contract/event-source';
import { redisHostParameter } from '../../contract/parameter-names';
import { familyOnEcs, networksOf } from '../ecs/running-definitions';
import type { Finding } from '../finding';
import { internetRouteOf, routeTableOf } from '../subnet-routes';
import { type Check, type CheckContext, findingsOf } from './check';
import { type Call, type EndpointClients, endpointProblems } from './endpoint-problems';
import { blocksOf } from './group-rules';
import { endpointsOf, privateDnsRemedy, routeTables, secretArnOf } from './vpc-routes';

const { ok, warn, fail } = findingsOf('routes of the services');

/** A service's network: as it runs, or as the Services stack would start it. */
interface TaskNetwork extends EndpointClients {
  readonly subnetIds: readonly string[];
  /** Tasks have public addresses, so that a public subnet is a route. */
  readonly isPublic: boolean;
}

/** The VPC's routes: its tables, and its endpoints by service, read once for all services on ECS. */
interface Routes {
  readonly tables: readonly RouteTable[];
  readonly endpointsOf: (service: string) => Promise<readonly VpcEndpoint[]>;
}

/**
 * The subnets of each service have a route to what ECS calls before the container starts, and the container itself. Rules:
 * "Amazon ECR interface VPC endpoints" (Fargate needs ecr.api, ecr.dkr, the gateway endpoint of S3, and logs for awslogs),
 * "Amazon ECS interface VPC endpoints" (ssm and secretsmanager for secrets of the definition).
 */
export const taskRoutes: Check = {
  name: 'task-routes',
  run: async (context) => {
    const { services } = context.environment;
    if (services.length === 0) return [];
    const read = new Map<string, Promise<readonly VpcEndpoint[]>>();
    const routes: Routes = {
      tables: await routeTables(context),
      endpointsOf: (service) => {
        const endpoints = read.get(service) ?? endpointsOf(service, context);
        read.set(service, endpoints);
        return endpoints;
      },
    };
    const found = (await Promise.all(services.map((service) => problemsOf(service, routes, context)))).flat();
    return found.length > 0
      ? found
      : [ok('each service has a route to ECR, S3, CloudWatch Logs, SSM and Secrets Manager')];
  },
};

async function problemsOf(service: ServiceSettings, routes: Routes, context: CheckContext): Promise<Finding[]> {
  const network = await networkOf(service, context);
  const open = network.isPublic ? ['private', 'public'] : ['private'];
  const closed = network.subnetIds.filter((id) => !open.includes(internetRouteOf(id, routes.tables) ?? ''));
  // Without a NAT gateway each of the services needs an endpoint that its host name resolves to.
  if (closed.length === 0) return [];
  const found: Finding[] = [];
  for (const [name, call] of callsOf(service, context)) {
    const endpoints = await routes.endpointsOf(name);
    const used = endpoints.find(({ PrivateDnsEnabled }) => PrivateDnsEnabled !== false);
    if (used === undefined) {
      const [unused] = endpoints;
      found.push(
        fail(
          `${service.name} cannot reach ${name}: ${closed.join(', ')} have no route to a NAT gateway, and no endpoint with private DNS`,
          unused === undefined
            ? `Add a route 0.0.0.0/0 to a NAT gateway, or create an interface endpoint of ${name} with private DNS.`
            : `${privateDnsRemedy(unused)}.`,
        ),
      );
      continue;
    }
    for (const { result, ...problem } of await endpointProblems(used, call, network, context)) {
      found.push((result === 'fail' ? fail : warn)(problem.found, problem.remedy));
    }
  }
  return [...found, ...(await layerProblems(service, closed, routes, context))];
}

/** ECR stores the layers of images in S3, whose gateway endpoint is a route in the subnets' tables. */
async function layerProblems(
  { name }: ServiceSettings,
  closed: readonly string[],
  { tables, ...routes }: Routes,
  context: CheckContext,
): Promise<Finding[]> {
  const endpoints = await routes.endpointsOf('s3');
  const tableIds = endpoints.flatMap(({ RouteTableIds }) => RouteTableIds ?? []);
  const byName = endpoints.some(
    ({ VpcEndpointType, PrivateDnsEnabled }) => VpcEndpointType === 'Interface' && PrivateDnsEnabled === true,
  );
  const without = closed.filter((id) => !tableIds.includes(routeTableOf(id, tables)?.RouteTableId ?? ''));
  if (byName || without.length === 0) return [];
  const ids = [...new Set(without.map((id) => routeTableOf(id, tables)?.RouteTableId ?? 'ID'))];
  return [
    fail(
      `${name} cannot reach s3, where ECR stores images: ${without.join(', ')} have no route to it`,
      `aws ec2 create-vpc-endpoint --vpc-id ${context.environment.vpc.vpcId} --service-name com.amazonaws.${context.environment.region}.s3 --route-table-ids ${ids.join(' ')} (a gateway endpoint, without charge)`,
    ),
  ];
}

/** The endpoints that a service needs, and a call that each must allow. */
function callsOf({ name, role }: ServiceSettings, { environment, redis }: CheckContext): [endpoint: string, Call][] {
  const arn = (of: string, resource: string): string =>
    `arn:aws:${of}:${environment.region}:${environment.account}:${resource}`;
  const host = redisHostParameter(environment.environment);
  const bus = eventBusName(environment.environment);
  return [
    ['ecr.api', { action: 'ecr:GetAuthorizationToken', resource: '*' }],
    ['ecr.dkr', { action: 'ecr:BatchGetImage', resource: arn('ecr', `repository/${name}`) }],
    ['logs', { action: 'logs:PutLogEvents', resource: arn('logs', `log-group:/ecs/${name}:log-stream:*`) }],
    ['ssm', { action: 'ssm:GetParameters', resource: arn('ssm', `parameter${host}`) }],
    ...(redis.iam === undefined
      ? [
          [
            'secretsmanager',
            { action: 'secretsmanager:GetSecretValue', resource: secretArnOf(environment, redis) },
          ] as [string, Call],
        ]
      : []),
    ...(role === 'producer'
      ? [['events', { action: 'events:PutEvents', resource: arn('events', `event-bus/${bus}`) }] as [string, Call]]
      : []),
  ];
}

async function networkOf(service: ServiceSettings, context: CheckContext): Promise<TaskNetwork> {
  const { services } = await familyOnEcs(context.account.client(ECSClient), service);
  const networks = networksOf(services);
  const running = [...new Set(networks.flatMap(({ subnets }) => subnets ?? []))];
  const subnetIds = running.length > 0 ? running : context.environment.vpc.privateSubnetIds;
  const configured = service.securityGroupId === undefined ? [] : [service.securityGroupId];
  const own = networks.length > 0 ? networks.flatMap(({ securityGroups }) => securityGroups ?? []) : configured;
  return {
    name: service.name,
    groups: own.length === 0 ? [] : [own],
    blocks: await blocksOf(subnetIds, context),
    subnetIds,
    isPublic: networks.length > 0 && networks.every(({ assignPublicIp }) => assignPublicIp === 'ENABLED'),
  };
}
