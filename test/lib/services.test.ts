import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Environment } from '../../config/environment';
import { addServices } from '../../lib/stacks/services';
import { cdkContext, development, inThrowAwayFolder, only, production } from './synthesized';

const template = servicesOf(development);
const names = ['hokusai-api', 'hokusai-mlflow', 'hokusai-site', 'hokusai-token'];

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
  readonly HealthCheck: { readonly Command: string[]; readonly Retries: number };
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

test('hokusai-api is healthy while it listens on 8001', () => {
  const { PortMappings, HealthCheck } = taskOf('hokusai-api').container;
  expect(PortMappings).toEqual([expect.objectContaining({ ContainerPort: 8001 })]);
  expect(HealthCheck.Command.join(' ')).toContain(':1F41 [0-9A-F]+:0000 0A');
});

test('a consumer is healthy while it is connected to Redis on 6379, and unhealthy after five minutes without', () => {
  const { HealthCheck } = taskOf('hokusai-token').container;
  expect(HealthCheck.Command.join(' ')).toContain(':18EB 01');
  expect(HealthCheck).toMatchObject({ Interval: 30, Retries: 10 });
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

test('a running service keeps its security group, which may then connect to Redis', () => {
  const services = development.services.map((service) => ({ ...service, securityGroupId: 'sg-0c1d2e3f4a5b60718' }));
  const wired = servicesOf({ ...development, services: services.slice(0, 1) });
  wired.resourceCountIs('AWS::EC2::SecurityGroup', 0);
  expect(only(wired, 'AWS::EC2::SecurityGroupEgress').properties).toMatchObject({
    GroupId: 'sg-0c1d2e3f4a5b60718',
    FromPort: 6379,
  });
});

test('if another stack creates Redis, its secret, key and security group are resolved at deployment', () => {
  const defaults = Object.values(servicesOf(production).findParameters('*')).map(({ Default }) => Default as unknown);
  expect(defaults).toEqual(
    expect.arrayContaining(['auth-secret', 'key', 'security-group'].map((name) => `/hokusai/production/redis/${name}`)),
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
