/** doctor reports interface endpoints in the VPC that refuse the functions. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateVpcEndpointCommand,
  DeleteRouteCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import { development } from './development';
import { diagnose, useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();
const { vpcId, privateSubnetIds } = development.vpc;

const services = [
  ['secrets-manager-route', 'secretsmanager', 'secretsmanager:GetSecretValue'],
  ['sqs-route', 'sqs', 'sqs:GetQueueAttributes'],
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
  const { RouteTables: tables = [] } = await the.account.ec2.send(new DescribeRouteTablesCommand({}));
  const table = tables.find(({ Routes }) => Routes?.some(({ NatGatewayId }) => NatGatewayId !== undefined));
  await the.account.ec2.send(
    new DeleteRouteCommand({ RouteTableId: table?.RouteTableId, DestinationCidrBlock: '0.0.0.0/0' }),
  );
  const { findings } = await diagnose(the.account, 'sqs-route');
  expect(findings[0]).toMatchObject({
    result: 'fail',
    remedy: expect.stringContaining(`${id} has private DNS off`) as string,
  });
});

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
