import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addDeploymentRoles } from '../../lib/stacks/deployment-roles';
import { development, inThrowAwayFolder, only } from './synthesized';

const template = inThrowAwayFolder((outdir) => {
  const stack = addDeploymentRoles(new App({ outdir }), { ...development, repository: 'example/model-events' });
  if (stack === undefined) throw new Error('a repository needs roles');
  return Template.fromStack(stack);
});
const bootstrapRole = (purpose: string): string =>
  `arn:aws:iam::123456789012:role/cdk-hnb659fds-${purpose}-role-123456789012-us-east-1`;

test('without a repository in the configuration there are no roles for it', () => {
  inThrowAwayFolder((outdir) => {
    expect(addDeploymentRoles(new App({ outdir }), development)).toBeUndefined();
  });
});

test.each([
  ['Diff', 'repo:example/model-events:pull_request'],
  ['Deployment', 'repo:example/model-events:environment:development'],
])('only the workflow of the repository assumes the role %s, with a token for %s', (role, subject) => {
  const { properties } = only(template, 'AWS::IAM::Role', role);
  expect(properties['RoleName']).toBe(`hokusai-development-model-events-${role.toLowerCase()}`);
  expect(properties).not.toHaveProperty('ManagedPolicyArns');
  expect((properties['AssumeRolePolicyDocument'] as { Statement: unknown }).Statement).toEqual([
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' },
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': subject,
        },
      },
    },
  ]);
});

test('the roles assume those of `cdk bootstrap` and send the smoke event, and nothing else', () => {
  const statementsOf = (role: string): unknown =>
    (only(template, 'AWS::IAM::Policy', role).properties['PolicyDocument'] as { Statement: unknown }).Statement;
  const allow = (Action: string, Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
  expect(statementsOf('Diff')).toEqual([allow('sts:AssumeRole', bootstrapRole('lookup'))]);
  expect(statementsOf('Deployment')).toEqual([
    allow('sts:AssumeRole', ['deploy', 'file-publishing', 'lookup'].map(bootstrapRole)),
    allow('events:PutEvents', 'arn:aws:events:us-east-1:123456789012:event-bus/hokusai-development'),
    allow(
      'lambda:InvokeFunction',
      'arn:aws:lambda:us-east-1:123456789012:function:hokusai-development-model-events-operations:live',
    ),
  ]);
});
