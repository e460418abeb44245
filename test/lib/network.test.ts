import type { Template } from 'aws-cdk-lib/assertions';
import { development, only, productionWithoutNat, synthesized, templatesOf } from './synthesized';

interface Rule {
  readonly CidrIp?: string;
  readonly DestinationSecurityGroupId?: unknown;
  readonly IpProtocol: string;
  readonly ToPort: number;
}

const { pipeline, redis = pipeline } = templatesOf(productionWithoutNat);
const templates: [string, Template][] = [
  ['development', synthesized()],
  ['production without NAT', pipeline],
  ['its Redis', redis],
];

/** CDK's rule that matches nothing: EC2 gives a group without rules one that allows all traffic. */
const nowhere = '255.255.255.255/32';

test.each(templates)(
  '%s has no security group with the default rule of EC2, which allows all outbound traffic',
  (_, template) => {
    for (const { Properties } of Object.values(template.findResources('AWS::EC2::SecurityGroup'))) {
      expect((Properties as { SecurityGroupEgress?: Rule[] }).SecurityGroupEgress).toHaveLength(1);
    }
  },
);

test.each(templates)('%s allows 6379 and 443 between security groups, and nothing else', (_, template) => {
  for (const type of ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress']) {
    for (const { Properties } of Object.values(template.findResources(type))) {
      const { CidrIp, IpProtocol, ToPort } = Properties as Rule;
      expect(CidrIp).toBeUndefined();
      expect(IpProtocol).toBe('tcp');
      expect([443, 6379]).toContain(ToPort);
    }
  }
  for (const { Properties } of Object.values(template.findResources('AWS::EC2::SecurityGroup'))) {
    expect(Properties).not.toHaveProperty('SecurityGroupIngress');
  }
});

test('with a NAT gateway a function may use HTTPS to any address, with interface endpoints only to these', () => {
  const egress = (template: Template) =>
    Object.values(template.findResources('AWS::EC2::SecurityGroup')).flatMap(
      ({ Properties }) => (Properties as { SecurityGroupEgress: Rule[] }).SecurityGroupEgress,
    );
  for (const { CidrIp, ToPort } of egress(synthesized())) expect([CidrIp, ToPort]).toEqual(['0.0.0.0/0', 443]);
  for (const template of [pipeline, redis]) {
    expect(egress(template).filter(({ CidrIp }) => CidrIp !== undefined && CidrIp !== nowhere)).toEqual([]);
  }
});

test('an interface endpoint allows only the actions of the functions on this secret and this Redis, in this account', () => {
  const endpoints = Object.values(redis.findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) => {
    const { ServiceName, PolicyDocument } = Properties as {
      ServiceName: string;
      PolicyDocument: { Statement: Record<string, unknown>[] };
    };
    return [ServiceName, PolicyDocument.Statement];
  });
  const forThisAccount = {
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Condition: { StringEquals: { 'aws:PrincipalAccount': '123456789012' } },
  };
  const users = ['hokusai-site', 'hokusai-token', 'operator', 'publisher'].map((name) => ({
    name,
    secret: only(redis, 'AWS::SecretsManager::Secret', `Users${name.replace('-', '')}secret`).id,
  }));
  expect(Object.fromEntries(endpoints)).toEqual({
    'com.amazonaws.us-east-1.secretsmanager': [
      {
        ...forThisAccount,
        Action: [
          'secretsmanager:DescribeSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue',
          'secretsmanager:UpdateSecretVersionStage',
        ],
        Resource: users.map(({ secret }) => ({ Ref: secret })),
      },
    ],
    'com.amazonaws.us-east-1.elasticache': [
      {
        ...forThisAccount,
        Action: ['elasticache:DescribeUsers', 'elasticache:ModifyUser'],
        Resource: users.map(({ name }) => `arn:aws:elasticache:us-east-1:123456789012:user:production-${name}`),
      },
    ],
    'com.amazonaws.us-east-1.sqs': [
      {
        ...forThisAccount,
        Action: 'sqs:SendMessage',
        Resource: 'arn:aws:sqs:us-east-1:123456789012:*',
      },
    ],
  });
});

test('the endpoints do not change the DNS of the VPC, which other services use: our functions get the endpoint URLs as variables', () => {
  for (const { Properties } of Object.values(redis.findResources('AWS::EC2::VPCEndpoint'))) {
    expect(Properties).toMatchObject({ PrivateDnsEnabled: false });
  }
  expect(variables(redis)).toEqual(
    expect.arrayContaining(['AWS_ENDPOINT_URL_ELASTICACHE', 'AWS_ENDPOINT_URL_SECRETS_MANAGER']),
  );
  expect(variables(pipeline)).toContain('AWS_ENDPOINT_URL_SECRETS_MANAGER');
  expect(variables(synthesized()).filter((name) => name.startsWith('AWS_'))).toEqual([]);
});

test('with an imported Redis and no NAT, the pipeline creates endpoints for Secrets Manager and SQS', () => {
  const template = synthesized({ vpc: { ...development.vpc, interfaceEndpoints: true } });
  const [first] = development.vpc.privateSubnetIds;
  for (const [service, SubnetIds] of [
    ['secretsmanager', development.vpc.privateSubnetIds],
    // No registration waits for the one call to SQS, an operator's: a second zone would double its price.
    ['sqs', [first]],
  ] as const) {
    expect(only(template, 'AWS::EC2::VPCEndpoint', `NetworkEndpoints${service}`).properties).toMatchObject({
      ServiceName: `com.amazonaws.us-east-1.${service}`,
      VpcId: development.vpc.vpcId,
      SubnetIds,
    });
  }
});

test('with NAT no endpoint is created', () => {
  synthesized().resourceCountIs('AWS::EC2::VPCEndpoint', 0);
});

test("a created Redis cannot be deleted while the pipeline uses it: the pipeline imports the stack's exports", () => {
  const text = JSON.stringify(pipeline.toJSON());
  expect(text).toContain('Fn::ImportValue');
  expect(text).not.toContain('Fn::GetStackOutput');
});

/** Names of the variables of all functions. */
function variables(template: Template): string[] {
  return Object.values(template.findResources('AWS::Lambda::Function')).flatMap(({ Properties }) =>
    Object.keys((Properties as { Environment: { Variables: Record<string, unknown> } }).Environment.Variables),
  );
}
