import { Validations } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { WatchedFunction } from './alarms/function-alarms';
import type { PipelineSettings } from './pipeline-settings';

export interface DeploymentsProps {
  readonly environment: PipelineSettings;
  /** CodeDeploy moves invocations to new versions of those that have an alias. */
  readonly functions: readonly WatchedFunction[];
  /** The alarms that roll back a deployment, by the name of the function. */
  readonly rollback: ReadonlyMap<string, readonly IAlarm[]>;
}

/**
 * Moves the invocations of functions to new versions, step by step, and back if their alarms go off. CloudFormation starts
 * CodeDeploy when an alias's version changes, not when it creates the alias: "UpdatePolicy attribute", CodeDeployLambdaAliasUpdate.
 */
export class Deployments extends Construct {
  constructor(scope: Construct, id: string, props: DeploymentsProps) {
    super(scope, id);
    const { environment, functions, rollback } = props;
    const live = functions.flatMap((watched) =>
      watched.live === undefined ? [] : [{ ...watched, live: watched.live }],
    );
    const role = new Role(this, 'Role', {
      description: `Moves invocations to new versions of functions: model events (${environment.environment})`,
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
    });
    const policy = new Policy(this, 'Rights', { roles: [role] });
    policy.addStatements(
      // The actions of the managed policy AWSCodeDeployRoleForLambdaLimited; it allows them for every function.
      new PolicyStatement({
        actions: ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
        resources: live.flatMap((watched) => [
          watched.function.functionArn,
          `${watched.function.functionArn}:${watched.live.aliasName}`,
        ]),
      }),
      new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] }),
    );
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'DescribeAlarms only reads, and CodeDeploy does not document which alarms its request names.',
    });
    const application = new LambdaApplication(this, 'Application');
    const deploymentConfig = LambdaDeploymentConfig.fromLambdaDeploymentConfigName(
      this,
      'TrafficShift',
      `CodeDeployDefault.Lambda${environment.deployment.trafficShift}`,
    );
    for (const watched of live) {
      const group = new LambdaDeploymentGroup(this, watched.name, {
        application,
        alias: watched.live,
        deploymentConfig,
        alarms: [...(rollback.get(watched.name) ?? [])],
        // Otherwise the construct attaches the managed policy.
        role: role.withoutPolicyUpdates(),
      });
      // CodeDeploy needs its rights when CloudFormation changes the alias.
      watched.live.node.addDependency(group, policy);
    }
  }
}
