import { Annotations, Aspects, AspectPriority, type IAspect, Stack } from 'aws-cdk-lib';
import { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import type { Environment, ServiceSettings } from '../config/environment';
import { findWiringProblems } from './wiring-problems';

/**
 * Rejects, at synth, a task definition of a configured producer or consumer if its container has missing variables or secrets, or if
 * its roles cannot read them. CDK does not apply an Aspect inside a nested Stage: call this function there too.
 */
export function refuseUnwiredContainers(scope: IConstruct, environment: Environment): void {
  Aspects.of(scope).add(new WiringAspect(environment), { priority: AspectPriority.READONLY });
}

export class WiringAspect implements IAspect {
  constructor(private readonly environment: Environment) {}

  visit(node: IConstruct): void {
    if (!(node instanceof CfnTaskDefinition)) return;
    // As a validation, since grants may come as late as the last Aspect. An error among the annotations of a stack inside
    // a Stage would stop neither `cdk synth` nor the deployment of the other stacks.
    node.node.addValidation({ validate: () => this.services(node).flatMap((service) => this.refusals(node, service)) });
  }

  private services(task: CfnTaskDefinition): ServiceSettings[] {
    const family: unknown = Stack.of(task).resolve(task.family);
    return this.environment.services.filter((service) => service.family === family);
  }

  private refusals(task: CfnTaskDefinition, service: ServiceSettings): string[] {
    const { refused, unverified } = findWiringProblems(task, service, this.environment);
    const where = `task definition ${service.family}, container ${service.container}`;
    if (unverified.length > 0) {
      Annotations.of(task).addWarningV2(
        `model-events:unverified-permissions:${service.name}`,
        `${where}: ${unverified.join('; ')}. To check the account, run: npx model-events ecs check -e ${this.environment.environment}`,
      );
    }
    return refused.map((problem) => `${where}: ${problem}`);
  }
}
