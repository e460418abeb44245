/** The VPC's endpoints and route tables. */
import {
  DescribeRouteTablesCommand,
  DescribeVpcEndpointsCommand,
  type RouteTable,
  type VpcEndpoint,
  EC2Client,
} from '@aws-sdk/client-ec2';
import type { Environment } from '../../config/environment';
import type { RedisPlace } from '../redis-location';
import type { CheckContext } from './check';

/** The available endpoints of one service. @param service as in `sqs`, `ecr.api` */
export async function endpointsOf(
  service: string,
  { environment, account }: CheckContext,
): Promise<readonly VpcEndpoint[]> {
  const { VpcEndpoints: endpoints = [] } = await account.client(EC2Client).send(
    new DescribeVpcEndpointsCommand({
      Filters: [
        { Name: 'vpc-id', Values: [environment.vpc.vpcId] },
        { Name: 'service-name', Values: [`com.amazonaws.${environment.region}.${service}`] },
      ],
    }),
  );
  return endpoints.filter(({ State }) => State?.toLowerCase() === 'available');
}

export async function routeTables({ environment, account }: CheckContext): Promise<RouteTable[]> {
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

/** How to make SDKs use an endpoint. */
export const privateDnsRemedy = ({ VpcEndpointId: id = '' }: VpcEndpoint): string =>
  `${id} has private DNS off, so that no SDK uses it: aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id} --private-dns-enabled`;

/** The secret that calls through an endpoint read; by its name until the deployment creates it. */
export const secretArnOf = ({ region, account, environment }: Environment, { secretArn }: RedisPlace): string =>
  secretArn ?? `arn:aws:secretsmanager:${region}:${account}:secret:hokusai/redis/${environment}/auth-token-??????`;
