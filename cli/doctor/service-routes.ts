import { type UserService, userServiceOf } from '../../config/created-redis';
import type { Environment } from '../../config/environment';
import { redisUserId } from '../../contract/redis-users';
import { routeProblem } from '../subnet-routes';
import { type Check, findingsOf, type CheckContext } from './check';
import { endpointProblems, functionClients } from './endpoint-problems';
import { endpointsOf, privateDnsRemedy, routeTables, secretArnOf } from './vpc-routes';

/** A service that functions call. */
interface CalledService {
  /** As in `--skip`. */
  readonly check: string;
  /** As in messages. */
  readonly label: string;
  /** As in `com.amazonaws.us-east-1.sqs`. */
  readonly service: string;
  /** A call that the functions make; its endpoint's policy must allow it. */
  readonly call: (context: CheckContext) => { readonly action: string; readonly resource: string };
  /** @default every environment */
  readonly isCalled?: (environment: Environment) => boolean;
}

const arn = ({ region, account }: Environment, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** With IAM nothing reads or rotates a secret. */
const hasSecret = ({ redis }: Environment): boolean => redis.auth !== 'iam';

const called: readonly CalledService[] = [
  {
    check: 'secrets-manager-route',
    label: 'Secrets Manager',
    service: 'secretsmanager',
    call: ({ redis, environment }) => ({
      action: 'secretsmanager:GetSecretValue',
      resource: secretArnOf(environment, redis),
    }),
    isCalled: hasSecret,
  },
  {
    check: 'sqs-route',
    label: 'SQS',
    service: 'sqs',
    // CloudFormation completes the queue's name, which begins with the stack's.
    call: ({ environment }) => ({
      action: 'sqs:SendMessage',
      resource: arn(environment, 'sqs', `ModelEvents-${environment.environment}-IngressBuffer`),
    }),
  },
  {
    check: 'elasticache-route',
    label: 'ElastiCache',
    service: 'elasticache',
    call: ({ environment, redis }) =>
      redis.userSecretArns === undefined
        ? {
            action: 'elasticache:ModifyReplicationGroup',
            resource: arn(environment, 'elasticache', `replicationgroup:${redis.replicationGroupId}`),
          }
        : {
            action: 'elasticache:ModifyUser',
            resource: arn(environment, 'elasticache', `user:${redisUserId(environment.environment, 'operator')}`),
          },
    isCalled: (environment) => serviceOf(environment) === 'elasticache' && hasSecret(environment),
  },
  {
    check: 'memorydb-route',
    label: 'MemoryDB',
    service: 'memory-db',
    call: ({ environment }) => ({
      action: 'memorydb:UpdateUser',
      resource: arn(environment, 'memorydb', `user/${redisUserId(environment.environment, 'operator')}`),
    }),
    isCalled: (environment) => serviceOf(environment) === 'memorydb' && hasSecret(environment),
  },
];

/** The service whose API the rotation of a created Redis calls. */
const serviceOf = ({ redis }: Environment): UserService | undefined =>
  redis.source === 'created' ? userServiceOf(redis.kind) : undefined;

/** The functions' subnets can reach each service that functions call, through a NAT gateway or an interface endpoint. */
export const serviceRoutes: readonly Check[] = called.map(({ check, label, service, call, isCalled = () => true }) => {
  const { ok, fail, warn } = findingsOf(`route to ${label}`);
  return {
    name: check,
    run: async (context) => {
      const { vpc, environment } = context.environment;
      if (!isCalled(context.environment)) return [];
      // The functions' variables contain the addresses of the created endpoints: no other endpoint is used.
      if (vpc.interfaceEndpoints) return [ok(`ModelEvents-${environment} creates an interface endpoint`)];
      const endpoints = await endpointsOf(service, context);
      // With private DNS the host name of the SDK resolves to the endpoint, also where there is a NAT gateway.
      const used = endpoints.find(({ PrivateDnsEnabled }) => PrivateDnsEnabled !== false);
      if (used !== undefined) {
        const problems = await endpointProblems(used, call(context), await functionClients(context), context);
        return problems.length > 0
          ? problems.map(({ result, found, remedy }) => (result === 'fail' ? fail : warn)(found, remedy))
          : [ok(`${used.VpcEndpointId ?? ''}, an interface endpoint of ${vpc.vpcId}, admits the functions`)];
      }
      const tables = await routeTables(context);
      const wrong = vpc.privateSubnetIds.flatMap((id) => routeProblem(id, tables) ?? []);
      const [unused] = endpoints;
      const remedy =
        unused === undefined
          ? 'Add a route 0.0.0.0/0 to a NAT gateway, or set vpc.interfaceEndpoints to true.'
          : `${privateDnsRemedy(unused)}; or set vpc.interfaceEndpoints to true.`;
      return wrong.length > 0
        ? wrong.map((found) => fail(found, remedy))
        : [ok('each subnet has a route to a NAT gateway')];
    },
  };
});
