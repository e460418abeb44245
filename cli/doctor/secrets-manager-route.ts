import {
  DescribeRouteTablesCommand,
  DescribeVpcEndpointsCommand,
  type RouteTable,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { routeProblem } from '../subnet-routes';
import { type Check, findingsOf, type CheckContext } from './check';

const { ok, fail } = findingsOf('route to Secrets Manager');

/** The functions' subnets can reach Secrets Manager through a NAT gateway or an interface endpoint. */
export const secretsManagerRoute: Check = {
  name: 'secrets-manager-route',
  run: async (context) => {
    const { vpc, environment } = context.environment;
    const endpoint = await endpointWithName(context);
    if (endpoint !== undefined) return [ok(`${endpoint}, an interface endpoint of ${vpc.vpcId}`)];
    if (vpc.interfaceEndpoints) return [ok(`ModelEvents-${environment} creates an interface endpoint`)];
    const tables = await routeTables(context);
    const wrong = vpc.privateSubnetIds.flatMap((id) => routeProblem(id, tables) ?? []);
    const remedy = 'Add a route 0.0.0.0/0 to a NAT gateway, or set vpc.interfaceEndpoints to true.';
    return wrong.length > 0
      ? wrong.map((found) => fail(found, remedy))
      : [ok('each subnet has a route to a NAT gateway')];
  },
};

/** The SDK's host name resolves to the endpoint only with private DNS. */
async function endpointWithName({ environment, account }: CheckContext): Promise<string | undefined> {
  const { VpcEndpoints: endpoints = [] } = await account.client(EC2Client).send(
    new DescribeVpcEndpointsCommand({
      Filters: [
        { Name: 'vpc-id', Values: [environment.vpc.vpcId] },
        { Name: 'service-name', Values: [`com.amazonaws.${environment.region}.secretsmanager`] },
      ],
    }),
  );
  const usable = endpoints.find(
    ({ State, PrivateDnsEnabled }) => State?.toLowerCase() === 'available' && PrivateDnsEnabled !== false,
  );
  return usable?.VpcEndpointId;
}

async function routeTables({ environment, account }: CheckContext): Promise<RouteTable[]> {
  const tables: RouteTable[] = [];
  for (let token: string | undefined; ;) {
    const page = await account.client(EC2Client).send(
      new DescribeRouteTablesCommand({
        Filters: [{ Name: 'vpc-id', Values: [environment.vpc.vpcId] }],
        NextToken: token,
      }),
    );
    tables.push(...(page.RouteTables ?? []));
    token = page.NextToken;
    if (token === undefined) return tables;
  }
}
