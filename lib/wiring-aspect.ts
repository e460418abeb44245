import { Annotations, Aspects, AspectPriority, type IAspect, Stack, Stage } from 'aws-cdk-lib';
import { CfnTaskDefinition, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import { containerEnv, producerEnv } from '../contract/function-env';
import { isOpen } from './resolved-text';
import {
  type CheckedContainer,
  containersOf,
  findWiringProblems,
  type WiredPipeline,
  type WiringProblems,
} from './wiring-problems';

/**
 * Rejects, at synth, a task definition of a producer or consumer if its container has missing variables or secrets, or if its roles
 * cannot read them: every container that was wired, that belongs to an expected family, or that has the variables of a producer or
 * consumer, in the app or Stage that a pipeline's construct is in.
 */
export class WiringAspect implements IAspect {
  private readonly pipelines: WiredPipeline[] = [];
  private readonly expected: (CheckedContainer & { readonly of: TaskDefinition | string })[] = [];

  /** The one of the app or Stage. CDK does not apply an Aspect inside a nested Stage: each has its own. */
  static of(scope: IConstruct): WiringAspect {
    const aspects = Aspects.of(Stage.of(scope) ?? scope.node.root);
    const found = aspects.all.find((each) => each instanceof WiringAspect);
    if (found !== undefined) return found;
    const aspect = new WiringAspect();
    aspects.add(aspect, { priority: AspectPriority.READONLY });
    return aspect;
  }

  /** Checks containers with variables of a producer or consumer against this pipeline. */
  add(pipeline: WiredPipeline): void {
    this.pipelines.push(pipeline);
  }

  /** Checks this container of a task definition. @param of the task definition, or its family */
  expect(of: TaskDefinition | string, container: CheckedContainer): void {
    this.expected.push({ of, ...container });
  }

  visit(node: IConstruct): void {
    if (!(node instanceof CfnTaskDefinition)) return;
    // As a validation, since grants may come as late as the last Aspect. An error among the annotations of a stack inside
    // a Stage would stop neither `cdk synth` nor the deployment of the other stacks.
    node.node.addValidation({ validate: () => this.refusals(node) });
  }

  private refusals(task: CfnTaskDefinition): string[] {
    const family: unknown = Stack.of(task).resolve(task.family);
    const expected = this.expected.filter(({ of }) =>
      typeof of === 'string' ? of === family : of.node.defaultChild === task,
    );
    // One that is wired and of an expected family is checked once.
    const checked = new Map(expected.map((each) => [each.container, findWiringProblems(task, each)]));
    for (const [container, problems] of this.unexpected(task, [...checked.keys()])) checked.set(container, problems);
    return [...checked].flatMap(([container, { refused, unverified, environmentName }]) => {
      const where = `task definition ${typeof family === 'string' ? family : task.node.path}, container ${container}`;
      if (unverified.length > 0) {
        Annotations.of(task).addWarningV2(
          `model-events:unverified-permissions:${container}`,
          `${where}: ${unverified.join('; ')}. To check the account, run: npx model-events ecs check -e ${environmentName}`,
        );
      }
      return refused.map((problem) => `${where}: ${problem}`);
    });
  }

  /** The problems of the other containers with variables of a producer or consumer, against the pipeline that they fit best. */
  private unexpected(task: CfnTaskDefinition, expected: readonly string[]): [string, WiringProblems][] {
    return [...containersOf(task)].flatMap(([container, { plain, read }]): [string, WiringProblems][] => {
      const queue = plain.get(containerEnv.queue);
      const producer = plain.has(producerEnv.eventBus) || read.has(producerEnv.eventBus);
      if (expected.includes(container) || (!producer && (queue === undefined || isOpen(queue)))) return [];
      const service = { role: producer ? 'producer' : 'consumer', queue } as const;
      const [best] = this.pipelines
        .map((pipeline) => findWiringProblems(task, { container, service, pipeline }))
        .sort((one, other) => one.refused.length - other.refused.length);
      return best === undefined ? [] : [[container, best]];
    });
  }
}
