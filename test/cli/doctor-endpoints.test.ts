/** doctor reports interface endpoints in the VPC that refuse the functions, and services without a route. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateVpcEndpointCommand,
  DeleteRouteCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import { development } from './development';
import { diagnose, useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();
const { vpcId, privateSubnetIds } = development.vpc;

const services = [
  ['secrets-manager-route', 'secretsmanager', 'secretsmanager:GetSecretValue'],
  ['sqs-route', 'sqs', 'sqs:SendMessage'],
] as const;

test.each(services)('%s: an endpoint whose security group admits the subnets passes', async (check, service) => {
  const group = await createGroup();
  const { Subnets: subnets = [] } = await the.account.ec2.send(
    new DescribeSubnetsCommand({ SubnetIds: [...privateSubnetIds] }),
  );
  await allow(group, { IpRanges: subnets.map(({ CidrBlock }) => ({ CidrIp: CidrBlock })) });
  const id = await createEndpoint(service, group);
  expect(await foundBy(check)).toEqual([`ok: ${id}, an interface endpoint of ${vpcId}, admits the functions`]);
});

test.each(services)(
  '%s: an endpoint whose security group admits other groups only is a failure, also beside a NAT gateway',
  async (check, service) => {
    const group = await createGroup();
    await allow(group, { UserIdGroupPairs: [{ GroupId: await createGroup('others') }] });
    const id = await createEndpoint(service, group);
    expect(await foundBy(check)).toEqual([
      expect.stringMatching(new RegExp(`^fail: ${id} does not allow the functions .* port 443 \\(${group}\\)$`)),
    ]);
  },
);

test('an endpoint that admits the groups of all deployed functions passes; if one is missing, it is named', async () => {
  const group = await createGroup();
  const publisher = await createGroup('publisher', 'Outbound of: Model events: publisher (development)');
  await allow(group, { UserIdGroupPairs: [{ GroupId: publisher }] });
  const id = await createEndpoint('sqs', group);
  expect(await foundBy('sqs-route')).toEqual([`ok: ${id}, an interface endpoint of ${vpcId}, admits the functions`]);
  const monitor = await createGroup('monitor', 'Outbound of: Model events: monitor (development)');
  expect(await foundBy('sqs-route')).toEqual([
    expect.stringContaining(`does not allow the functions (${monitor}) to connect`),
  ]);
});

test.each<[policy: object, result: string]>([
  [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }, 'ok'],
  [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: ['CALL'], Resource: '*' }, 'ok'],
  [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }, 'fail'],
  [{ Effect: 'Allow', Principal: '*', Action: 'CALL', Resource: 'arn:aws:sqs:us-east-1:123456789012:other' }, 'fail'],
  [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:role/other' }, Action: '*', Resource: '*' }, 'warn'],
])('an endpoint with the policy %j: %s', async (statement, result) => {
  for (const [check, service, action] of services) {
    const group = await createGroup(service);
    await allow(group, { IpRanges: [{ CidrIp: '0.0.0.0/0' }] });
    const policy = JSON.stringify({ Statement: [statement] }).replace('CALL', action);
    await createEndpoint(service, group, { PolicyDocument: policy });
    const [found] = await foundBy(check);
    expect([check, found?.split(':')[0]]).toEqual([check, result]);
    if (result !== 'ok') expect(found).toContain(action);
  }
});

test('an endpoint without private DNS is not used: without another route it is a failure that names it', async () => {
  const group = await createGroup();
  const id = await createEndpoint('sqs', group, { PrivateDnsEnabled: false });
  expect(await foundBy('sqs-route')).toEqual(['ok: each subnet has a route to a NAT gateway']);
  await removeNat();
  const { findings } = await diagnose(the.account, 'sqs-route');
  expect(findings[0]).toMatchObject({
    result: 'fail',
    remedy: expect.stringContaining(`${id} has private DNS off`) as string,
  });
});

describe('services in subnets without a NAT gateway', () => {
  const names = ['ecr.api', 'ecr.dkr', 'logs', 'ssm', 'secretsmanager', 'events'];

  test('a service needs an endpoint for each service that ECS and its container call; a consumer none of EventBridge', async () => {
    expect(await foundBy('task-routes')).toEqual([expect.stringMatching(/^ok: each service has a route/)]);
    await removeNat();
    const found = await foundBy('task-routes');
    const missing = (service: string): string[] =>
      found.flatMap((each) => new RegExp(`^fail: ${service} cannot reach ([a-z0-9.]+)`).exec(each)?.[1] ?? []);
    expect(missing('hokusai-api')).toEqual([...names, 's3']);
    expect(missing('hokusai-site')).toEqual([...names.filter((name) => name !== 'events'), 's3']);
  });

  test('with private DNS, rules for the services and a gateway endpoint of S3 in their route table, they start', async () => {
    const table = await removeNat();
    const group = await createGroup();
    const ids = [];
    for (const name of names) ids.push(await createEndpoint(name, group));
    const refused = await foundBy('task-routes');
    expect(refused).toContainEqual(
      expect.stringMatching(`^fail: ${ids[0] ?? ''} does not allow hokusai-api \\(.*\\) to connect to port 443`),
    );
    expect(refused).toContainEqual(
      expect.stringMatching(/^fail: hokusai-api cannot reach s3, where ECR stores images/),
    );

    await allow(group, { UserIdGroupPairs: [{ GroupId: await groupOfServices() }] });
    await the.account.ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: vpcId,
        VpcEndpointType: 'Gateway',
        ServiceName: 'com.amazonaws.us-east-1.s3',
        RouteTableIds: [table],
      }),
    );
    expect(await foundBy('task-routes')).toEqual([expect.stringMatching(/^ok: each service has a route/)]);
  });

  test('an endpoint without private DNS, as those of interfaceEndpoints, serves no container', async () => {
    await removeNat();
    const group = await createGroup();
    await allow(group, { IpRanges: [{ CidrIp: '0.0.0.0/0' }] });
    const id = await createEndpoint('secretsmanager', group, { PrivateDnsEnabled: false });
    const { findings } = await diagnose(the.account, 'task-routes');
    expect(findings).toContainEqual(
      expect.objectContaining({
        found: expect.stringContaining('hokusai-site cannot reach secretsmanager') as string,
        remedy: expect.stringContaining(`${id} has private DNS off`) as string,
      }),
    );
  });
});

/** Removes the route to the NAT gateway. @returns the route table of the private subnets */
async function removeNat(): Promise<string> {
  const { RouteTables: tables = [] } = await the.account.ec2.send(new DescribeRouteTablesCommand({}));
  const table = tables.find(({ Routes }) => Routes?.some(({ NatGatewayId }) => NatGatewayId !== undefined));
  const RouteTableId = table?.RouteTableId ?? '';
  await the.account.ec2.send(new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0' }));
  return RouteTableId;
}

async function groupOfServices(): Promise<string> {
  const { SecurityGroups: [group] = [] } = await the.account.ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: ['services'] }] }),
  );
  return group?.GroupId ?? '';
}

async function foundBy(check: string): Promise<string[]> {
  const { findings } = await diagnose(the.account, check);
  return findings.map(({ result, found }) => `${result}: ${found}`);
}

async function createGroup(name = 'endpoint', description = 'Endpoint'): Promise<string> {
  const { GroupId: id = '' } = await the.account.ec2.send(
    new CreateSecurityGroupCommand({ GroupName: name, Description: description, VpcId: vpcId }),
  );
  return id;
}

async function allow(
  GroupId: string,
  from: { IpRanges?: { CidrIp: string | undefined }[]; UserIdGroupPairs?: { GroupId: string }[] },
): Promise<void> {
  const rule = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, ...from };
  await the.account.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule] }));
}

async function createEndpoint(
  service: string,
  group: string,
  changed: { PolicyDocument?: string; PrivateDnsEnabled?: boolean } = {},
): Promise<string> {
  const { VpcEndpoint: endpoint } = await the.account.ec2.send(
    new CreateVpcEndpointCommand({
      VpcId: vpcId,
      VpcEndpointType: 'Interface',
      ServiceName: `com.amazonaws.us-east-1.${service}`,
      SubnetIds: [...privateSubnetIds],
      SecurityGroupIds: [group],
      PrivateDnsEnabled: true,
      ...changed,
    }),
  );
  return endpoint?.VpcEndpointId ?? '';
}
