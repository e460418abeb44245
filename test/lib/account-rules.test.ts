import { App, CfnResource, type Stack, TagManager } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Environment } from '../../config/environment';
import { applyAccountRules, untagged } from '../../lib/account-rules';
import { addDeploymentRoles } from '../../lib/stacks/deployment-roles';
import { addServices } from '../../lib/stacks/services';
import { inThrowAwayFolder, only, production, withStacks } from './synthesized';

const policy = 'arn:aws:iam::123456789012:policy/boundary';
const environment: Environment = { ...production, repository: 'example/model-events', permissionsBoundaryArn: policy };

/** Calls `use` with every stack of the environment and its template, after the rules were applied. */
function withEveryStack(version: string, use: (stack: Stack, template: Template) => void): void {
  withStacks(environment, ({ pipelineStack, redisStack }) => {
    applyAccountRules(pipelineStack.node.root, environment, version);
    for (const stack of [pipelineStack, redisStack]) if (stack !== undefined) use(stack, Template.fromStack(stack));
  });
  inThrowAwayFolder((outdir) => {
    const app = new App({ outdir });
    const others = [addServices(app, environment), addDeploymentRoles(app, environment)];
    applyAccountRules(app, environment, version);
    for (const stack of others) {
      if (stack === undefined) throw new Error('the environment has services and a repository');
      use(stack, Template.fromStack(stack));
    }
  });
}

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> }>;

test('each resource that can have tags has the owner, the cost center, the environment and the version', () => {
  const wanted = {
    owner: 'model-events-team',
    'cost-center': 'model-events',
    environment: 'production',
    version: '0.1.0',
  };
  let tagged = 0;
  withEveryStack('0.1.0', (stack, template) => {
    const { Resources: resources } = template.toJSON() as { Resources: Resources };
    for (const each of stack.node.findAll()) {
      if (!(each instanceof CfnResource) || TagManager.of(each) === undefined) continue;
      if (untagged.includes(each.cfnResourceType)) continue;
      const id = stack.resolve(each.logicalId) as string;
      const written = resources[id]?.Properties?.['Tags'] ?? {};
      const tags = Array.isArray(written)
        ? Object.fromEntries((written as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]))
        : written;
      expect([id, tags]).toEqual([id, expect.objectContaining(wanted)]);
      tagged += 1;
    }
  });
  expect(tagged).toBeGreaterThan(100);
});

test('each role of every stack has the permissions boundary, and none without one in the configuration', () => {
  withEveryStack('0.1.0', (stack, template) => {
    const roles = Object.entries(template.findResources('AWS::IAM::Role'));
    expect([stack.stackName, roles.length > 0]).toEqual([stack.stackName, true]);
    for (const [id, role] of roles)
      expect([id, (role as { Properties: unknown }).Properties]).toEqual([
        id,
        expect.objectContaining({ PermissionsBoundary: policy }),
      ]);
  });
  withStacks(production, ({ pipelineStack }) => {
    applyAccountRules(pipelineStack.node.root, production, '0.1.0');
    expect(JSON.stringify(Template.fromStack(pipelineStack))).not.toContain('PermissionsBoundary');
  });
});

test('another version of the project changes tags only: functions without a change publish no version', () => {
  const versionOf = (version: string): string => {
    let id = '';
    withStacks(production, ({ pipelineStack }) => {
      applyAccountRules(pipelineStack.node.root, production, version);
      ({ id } = only(Template.fromStack(pipelineStack), 'AWS::Lambda::Version', 'Publisher'));
    });
    return id;
  };
  expect(versionOf('0.2.0')).toBe(versionOf('0.1.0'));
});
