import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Environment } from '../../config/environment';
import { addServices } from '../../lib/stacks/services';
import { cdkContext, development, inThrowAwayFolder, only, production } from './synthesized';

const template = servicesOf(development);
const names = ['hokusai-api', 'hokusai-mlflow', 'hokusai-site', 'hokusai-token'];

/** The producer with a port. */
const [api = raise('development has no services')] = development.services;

function raise(message: string): never {
  throw new Error(message);
}

function servicesOf(environment: Environment): Template {
  return inThrowAwayFolder((outdir) => {
    const stack = addServices(new App({ context: cdkContext(), outdir }), environment);
    if (stack === undefined) throw new Error(`${environment.environment} has no services`);
    return Template.fromStack(stack);
  });
}

interface Container {
  readonly Image: unknown;
  readonly PortMappings?: { readonly ContainerPort: number }[];
  readonly HealthCheck?: { readonly Command: string[] };
  readonly LogConfiguration: { readonly LogDriver: string; readonly Options: Record<string, unknown> };
}

function taskOf(name: string): { properties: Record<string, unknown>; container: Container } {
  const { properties } = only(template, 'AWS::ECS::TaskDefinition', name.replace('-', ''));
  const [container] = properties['ContainerDefinitions'] as Container[];
  if (container === undefined) throw new Error(`${name} has no container`);
  return { properties, container };
}

describe.each(names)('%s', (name) => {
  const id = name.replace('-', '');
  const { properties, container } = taskOf(name);

  test('is a Fargate task in the private subnets, with the family and service name of its environment', () => {
    expect(properties).toMatchObject({ Family: `${name}-development`, NetworkMode: 'awsvpc' });
    expect(only(template, 'AWS::ECS::Service', id).properties).toMatchObject({
      ServiceName: `${name}-development`,
      Cluster: 'hokusai-development',
      LaunchType: 'FARGATE',
      NetworkConfiguration: {
        AwsvpcConfiguration: { AssignPublicIp: 'DISABLED', Subnets: development.vpc.privateSubnetIds },
      },
    });
  });

  test('runs the image of the SSM parameter that its own pipeline writes, resolved at deployment', () => {
    const image = container.Image as { Ref: string };
    expect(template.findParameters(image.Ref)[image.Ref]).toEqual({
      Type: 'AWS::SSM::Parameter::Value<String>',
      Default: `/hokusai/development/services/${name}/image`,
    });
  });

  test('rolls back a failed deployment automatically, and keeps its number of tasks', () => {
    const service = only(template, 'AWS::ECS::Service', id).properties;
    expect(service['DeploymentConfiguration']).toMatchObject({
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      MinimumHealthyPercent: 100,
    });
    expect(service).not.toHaveProperty('DesiredCount');
  });

  test('writes a log with the configured retention', () => {
    const log = only(template, 'AWS::Logs::LogGroup', id);
    expect(log.properties['RetentionInDays']).toBe(development.logRetentionDays);
    expect(container.LogConfiguration).toMatchObject({
      LogDriver: 'awslogs',
      Options: { 'awslogs-group': { Ref: log.id } },
    });
  });

  test('starts its first task after the policy that lets ECS read its secrets (incident: the role could not)', () => {
    const [service] = Object.values(
      template.findResources('AWS::ECS::Service', { Properties: { ServiceName: `${name}-development` } }),
    );
    expect(service?.['DependsOn']).toContain(only(template, 'AWS::IAM::Policy', `${id}ExecutionRole`).id);
  });
});

test('hokusai-api is registered in its target group, with the role and the group of its running tasks', () => {
  const { properties, container } = taskOf('hokusai-api');
  expect(container.PortMappings).toEqual([expect.objectContaining({ ContainerPort: 8001 })]);
  expect(properties['TaskRoleArn']).toBe('arn:aws:iam::123456789012:role/hokusai-api-task');
  const service = only(template, 'AWS::ECS::Service', 'hokusaiapi').properties;
  expect(service).toMatchObject({
    LoadBalancers: [{ TargetGroupArn: api.targetGroupArn, ContainerName: 'hokusai-api', ContainerPort: 8001 }],
    HealthCheckGracePeriodSeconds: 120,
    NetworkConfiguration: { AwsvpcConfiguration: { SecurityGroups: [api.securityGroupId] } },
  });
  // The rights of the wiring are added to that role.
  expect(only(template, 'AWS::IAM::Policy', 'hokusaiapiTaskRole').properties).toMatchObject({
    Roles: ['hokusai-api-task'],
    PolicyDocument: { Statement: [{ Action: ['events:DescribeEventBus', 'events:PutEvents'] }] },
  });
});

test('a service in Cloud Map admits its clients to its port, and its new role has the configured policies', () => {
  const service = {
    ...api,
    securityGroupId: undefined,
    taskRoleArn: undefined,
    targetGroupArn: undefined,
    discoveryServiceArn: 'arn:aws:servicediscovery:us-east-1:123456789012:service/srv-0123456789abcdef',
    clientSecurityGroupIds: ['sg-0d1e2f3a4b5c60718'],
    taskPolicyArns: ['arn:aws:iam::123456789012:policy/hokusai-api-files'],
  };
  const found = servicesOf({ ...development, services: [service] });
  expect(only(found, 'AWS::ECS::Service').properties).toMatchObject({
    ServiceRegistries: [{ RegistryArn: service.discoveryServiceArn }],
  });
  expect(only(found, 'AWS::EC2::SecurityGroupIngress', 'hokusaiapiSecurityGroupfrom').properties).toMatchObject({
    FromPort: 8001,
    ToPort: 8001,
    SourceSecurityGroupId: 'sg-0d1e2f3a4b5c60718',
  });
  expect(only(found, 'AWS::IAM::Role', 'TaskRole').properties['ManagedPolicyArns']).toEqual(service.taskPolicyArns);
});

test('synth warns about a port that no other program can reach', () => {
  const alone = { ...api, securityGroupId: undefined, targetGroupArn: undefined };
  const warnings = (services: Environment['services']): string[] =>
    inThrowAwayFolder((outdir) => {
      const stack = addServices(new App({ context: cdkContext(), outdir }), { ...development, services });
      const annotations = stack?.node.findAll().flatMap(({ node }) => node.metadata) ?? [];
      return annotations.flatMap(({ type, data }) => (type === 'aws:cdk:warning' ? [String(data)] : []));
    });
  expect(warnings([alone]).join()).toContain('hokusai-api listens on 8001, and no other program can connect to it');
  expect(warnings([api]).join()).not.toContain('no other program');
});

test('no container has a health check that needs a shell or Redis; a configured command runs without a shell', () => {
  expect(names.filter((name) => taskOf(name).container.HealthCheck !== undefined)).toEqual([]);
  const checked = { ...api, healthCheckCommand: ['/app/check', '--port', '8001'] };
  const { properties } = only(servicesOf({ ...development, services: [checked] }), 'AWS::ECS::TaskDefinition');
  const [container] = properties['ContainerDefinitions'] as Container[];
  expect(container?.HealthCheck?.Command).toEqual(['CMD', '/app/check', '--port', '8001']);
});

test('ECS may pull only from the repository of the image', () => {
  const { PolicyDocument } = only(template, 'AWS::IAM::Policy', 'hokusaiapiExecutionRole').properties as {
    PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] };
  };
  const pulls = PolicyDocument.Statement.find(({ Action }) => Action.includes('ecr:BatchGetImage'));
  const image = '210987654321.dkr.ecr.us-west-2.amazonaws.com/hokusai/api';
  for (const version of [':v1', '@sha256:0a1b', ':v1@sha256:0a1b']) {
    expect(deployed(pulls?.Resource, `${image}${version}`)).toBe(
      'arn:aws:ecr:us-west-2:210987654321:repository/hokusai/api',
    );
  }
});

test('running services keep their security group; between it and an existing Redis there are rules, which EC2 would refuse twice', () => {
  template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
  template.resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
});

test('the security group that running services share may connect to a new Redis: one rule', () => {
  const found = servicesOf({ ...development, redis: production.redis });
  found.resourceCountIs('AWS::EC2::SecurityGroup', 0);
  expect(only(found, 'AWS::EC2::SecurityGroupEgress').properties).toMatchObject({
    GroupId: 'sg-0c1d2e3f4a5b60718',
    FromPort: 6379,
  });
  found.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
});

test('if another stack creates Redis, the secrets of its users, its key and security group are resolved at deployment', () => {
  const defaults = Object.values(servicesOf(production).findParameters('*')).map(({ Default }) => Default as unknown);
  expect(defaults).toEqual(
    expect.arrayContaining(
      ['users/hokusai-site', 'users/hokusai-token', 'key', 'security-group'].map(
        (name) => `/hokusai/production/redis/${name}`,
      ),
    ),
  );
});

describe('the stack is deployed only by name', () => {
  const name = 'Services/ModelEventsServices-development';

  test.each([
    ['deploy', '--all', 'No stack found in the main cloud assembly'],
    ['deploy', '*', 'No stacks match the name(s) *'],
    ['list', name, name],
  ])('cdk %s %s prints: %s', (command, words, expected) => {
    inThrowAwayFolder((folder) => {
      // The app contains only this stack.
      const app = new App({ context: cdkContext(), outdir: join(folder, 'out') });
      addServices(app, development);
      app.synth();
      expect(cdk([command, words, '--app', 'out'], folder)).toContain(expected);
    });
  });

  test('an environment without services has no Services stack', () => {
    inThrowAwayFolder((outdir) => {
      expect(addServices(new App({ outdir }), { ...development, services: [] })).toBeUndefined();
    });
  });
});

/** The output of the CDK CLI without credentials. */
function cdk(words: string[], folder: string): string {
  const env = { PATH: process.env['PATH'], HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' };
  const { stdout, stderr } = spawnSync(resolve('node_modules/.bin/cdk'), words, { cwd: folder, env, encoding: 'utf8' });
  return stdout + stderr;
}

/** A value as CloudFormation resolves it, if every reference is to the image's parameter. */
function deployed(value: unknown, image: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [[name, given] = ['', undefined]] = Object.entries(value) as [string, unknown][];
  if (name === 'Ref') return image;
  const [first, second] = given as [unknown, unknown];
  if (name === 'Fn::Select') return (deployed(second, image) as unknown[])[first as number];
  if (name === 'Fn::Split') return (deployed(second, image) as string).split(first as string);
  if (name === 'Fn::Join') return (second as unknown[]).map((part) => deployed(part, image)).join(first as string);
  throw new Error(`no function of CloudFormation that this test knows: ${name}`);
}
