import { Stack, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { Environment } from '../config/environment';

/** aws-cdk-lib writes tags for it, but the schema of cfn-lint 1.51 has none: a deployment must not fail on a tag. */
export const untagged = ['AWS::CloudWatch::Dashboard'];

/**
 * What an account requires of every stack: tags on each resource that has tags, and a permissions boundary on each role.
 * @param app all its stacks, also those in a Stage
 * @param version of the project, as in its package.json
 */
export function applyAccountRules(app: IConstruct, environment: Environment, version: string): void {
  const { tags, permissionsBoundaryArn } = environment;
  const values = {
    owner: tags.owner,
    'cost-center': tags.costCenter,
    environment: environment.environment,
    version,
  };
  // Aspects do not reach from an app into its Stages.
  for (const stack of app.node.findAll().filter((each) => Stack.isStack(each))) {
    for (const [name, value] of Object.entries(values))
      if (value !== undefined) Tags.of(stack).add(name, value, { excludeResourceTypes: untagged });
    if (permissionsBoundaryArn === undefined) continue;
    const boundary = ManagedPolicy.fromManagedPolicyArn(stack, 'PermissionsBoundary', permissionsBoundaryArn);
    PermissionsBoundary.of(stack).apply(boundary);
  }
}
