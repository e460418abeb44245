import { DefaultStackSynthesizer, Stack, Stage, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment';
import { eventBusName } from '../../contract/event-source';
import { liveAlias, operationsFunctionName } from '../../contract/operations';
import { isProtected } from '../protection';

export interface DeploymentRolesStackProps extends StackProps {
  readonly environment: Environment;
  /** The repository on GitHub that may assume the roles, as in the claim `sub` of its OIDC tokens. */
  readonly repository: string;
}

/** GitHub's OIDC provider, which an account has once. */
const issuer = 'token.actions.githubusercontent.com';

/**
 * The roles of the workflow `.github/workflows/deploy.yml`, which GitHub's OIDC tokens assume: no key is stored. One prints
 * differences for pull requests, the other deploys from the GitHub environment of the same name. Both have no rights but to
 * assume roles of `cdk bootstrap`; the second also sends the smoke event. Deployed on purpose only, by its full name, since
 * a deployment must not change its own rights: `Deployment/ModelEventsDeployment-<environment>`.
 */
export class DeploymentRolesStack extends Stack {
  constructor(scope: Construct, id: string, props: DeploymentRolesStackProps) {
    const { environment, repository, ...stackProps } = props;
    const { environment: name, account, region } = environment;
    super(scope, id, {
      // Not the Stage's name before it.
      stackName: id,
      description: `Model events (${name}): the roles of the deployment workflow`,
      env: { account, region },
      terminationProtection: isProtected(environment),
      ...stackProps,
    });
    const bootstrapRole = (purpose: string): string =>
      `arn:aws:iam::${account}:role/cdk-${DefaultStackSynthesizer.DEFAULT_QUALIFIER}-${purpose}-role-${account}-${region}`;
    const role = (
      purpose: string,
      subject: string,
      description: string,
      bootstrapPurposes: readonly string[],
    ): Role => {
      const made = new Role(this, purpose, {
        roleName: `hokusai-${name}-model-events-${purpose.toLowerCase()}`,
        description: `${description}: model events (${name})`,
        assumedBy: new WebIdentityPrincipal(`arn:aws:iam::${account}:oidc-provider/${issuer}`, {
          StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com', [`${issuer}:sub`]: `repo:${repository}:${subject}` },
        }),
      });
      made.addToPolicy(
        new PolicyStatement({ actions: ['sts:AssumeRole'], resources: bootstrapPurposes.map(bootstrapRole) }),
      );
      return made;
    };
    role('Diff', 'pull_request', 'Prints differences', ['lookup']);
    const deployment = role('Deployment', `environment:${name}`, 'Deploys', ['deploy', 'file-publishing', 'lookup']);
    deployment.addToPolicy(
      new PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [`arn:aws:events:${region}:${account}:event-bus/${eventBusName(name)}`],
      }),
    );
    const operations = `${operationsFunctionName(name)}:${liveAlias}`;
    deployment.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [`arn:aws:lambda:${region}:${account}:function:${operations}`],
      }),
    );
  }
}

/** Puts the stack where `cdk deploy --all` does not look; without a repository in the configuration there is none. */
export function addDeploymentRoles(app: Construct, environment: Environment): DeploymentRolesStack | undefined {
  const { repository, environment: name } = environment;
  if (repository === undefined) return undefined;
  const id = `ModelEventsDeployment-${name}`;
  return new DeploymentRolesStack(new Stage(app, 'Deployment'), id, { environment, repository });
}
