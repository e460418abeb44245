import type { Template } from 'aws-cdk-lib/assertions';
import { readEnvironment } from '../../config/read-environment';
import { rollbackAlarms, statesAt } from '../support/alarm-evaluation';
import { arnOf, development, only, synthesized, templatesOf } from './synthesized';

const template = synthesized();
const deployed = ['Publisher', 'Monitor', 'Operations'] as const;

test.each(deployed)(
  'CodeDeploy deploys each new version of %s behind the alias `live`, and rolls back on its alarms',
  (name) => {
    const version = { 'Fn::GetAtt': [only(template, 'AWS::Lambda::Version', name).id, 'Version'] };
    const { id, properties } = only(template, 'AWS::Lambda::Alias', name);
    expect(properties).toMatchObject({
      Name: 'live',
      FunctionName: { Ref: only(template, 'AWS::Lambda::Function', name).id },
      FunctionVersion: version,
    });
    const group = only(template, 'AWS::CodeDeploy::DeploymentGroup', name.toLowerCase());
    const alias = template.toJSON() as { Resources: Record<string, { UpdatePolicy?: unknown; DependsOn?: string[] }> };
    expect(alias.Resources[id]).toMatchObject({
      UpdatePolicy: {
        CodeDeployLambdaAliasUpdate: {
          ApplicationName: { Ref: only(template, 'AWS::CodeDeploy::Application').id },
          DeploymentGroupName: { Ref: group.id },
        },
      },
      // The group and the rights of its role exist when CloudFormation changes the alias.
      DependsOn: expect.arrayContaining([group.id, only(template, 'AWS::IAM::Policy', 'Deployments').id]) as string[],
    });
    expect(group.properties).toMatchObject({
      AutoRollbackConfiguration: { Enabled: true, Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
      DeploymentStyle: { DeploymentOption: 'WITH_TRAFFIC_CONTROL', DeploymentType: 'BLUE_GREEN' },
      AlarmConfiguration: {
        Enabled: true,
        Alarms: ['errors', 'latency'].map((of) => ({
          Name: { Ref: only(template, 'AWS::CloudWatch::Alarm', `deployment${of}${name.toLowerCase()}`).id },
        })),
      },
    });
    expect(group.properties['ServiceRoleArn']).toEqual(arnOf(only(template, 'AWS::IAM::Role', 'Deployments').id));
  },
);

test('new versions get all invocations at once in development, and one tenth more each minute by default', () => {
  const shiftOf = (environment: typeof development) =>
    only(templatesOf(environment).pipeline, 'AWS::CodeDeploy::DeploymentGroup', 'publisher').properties[
      'DeploymentConfigName'
    ];
  expect(shiftOf(development)).toBe('CodeDeployDefault.LambdaAllAtOnce');
  expect(shiftOf(readEnvironment('production'))).toBe('CodeDeployDefault.LambdaLinear10PercentEvery1Minute');
  const canary = {
    ...development,
    deployment: { ...development.deployment, trafficShift: 'Canary10Percent5Minutes' },
  } as const;
  expect(shiftOf(canary)).toBe('CodeDeployDefault.LambdaCanary10Percent5Minutes');
});

test('the alarms of a deployment watch the new version alone, and each version has its own: a failing one blocks no fix', () => {
  const version = { 'Fn::GetAtt': [only(template, 'AWS::Lambda::Version', 'Publisher').id, 'Version'] };
  const functionName = { Ref: only(template, 'AWS::Lambda::Function', 'Publisher').id };
  for (const metric of ['errors', 'latency']) {
    const { properties } = only(template, 'AWS::CloudWatch::Alarm', `deployment${metric}publisher`);
    expect(properties['Dimensions']).toEqual([
      { Name: 'ExecutedVersion', Value: version },
      { Name: 'FunctionName', Value: functionName },
      { Name: 'Resource', Value: { 'Fn::Join': ['', [functionName, ':live']] } },
    ]);
    // A changed name is a new alarm, without the state of the old one.
    expect(properties['AlarmName']).toEqual({
      'Fn::Join': ['', [`model-events-development-deployment-${metric}-publisher-`, version]],
    });
  }
});

test('one error of the new version within a minute, or one minute of slow invocations, rolls the deployment back', () => {
  const alarms = rollbackAlarms(template);
  expect(alarms.size).toBe(2 * deployed.length);
  const nowMs = Date.parse('2026-11-23T12:00:00Z');
  for (const alarm of alarms.values()) {
    const { Namespace: namespace, MetricName: name, Threshold: threshold } = alarm;
    const dimensions = Object.fromEntries(
      alarm.Dimensions.map(({ Name, Value }) => [Name, typeof Value === 'string' ? Value : JSON.stringify(Value)]),
    );
    const point = { namespace, name, dimensions, unit: 'Count', atMs: nowMs - 30_000 } as const;
    const stateWith = (value: number) => statesAt(template, [{ ...point, value }], nowMs).get(alarm.AlarmName);
    expect([alarm.AlarmName, stateWith(threshold), stateWith(threshold + 1)]).toEqual([alarm.AlarmName, 'OK', 'ALARM']);
  }
});

test('deployment.reserveConcurrency keeps executions for monitor and operations, and for no other function', () => {
  const reservesOf = (found: Template): unknown[] =>
    Object.values(found.findResources('AWS::Lambda::Function'))
      .map((each) => (each['Properties'] as { ReservedConcurrentExecutions?: number }).ReservedConcurrentExecutions)
      .filter((each) => each !== undefined);
  expect(reservesOf(template)).toEqual([]);
  const deployment = { ...development.deployment, reserveConcurrency: true };
  const reserving = templatesOf({ ...development, deployment }).pipeline;
  expect(only(reserving, 'AWS::Lambda::Function', 'Monitor').properties).toMatchObject({
    ReservedConcurrentExecutions: 2,
  });
  expect(only(reserving, 'AWS::Lambda::Function', 'Operations').properties).toMatchObject({
    ReservedConcurrentExecutions: 5,
  });
  expect(reservesOf(reserving)).toHaveLength(2);
});
