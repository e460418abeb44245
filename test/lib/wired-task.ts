/** A stack with one task definition of a configured service, as a team would write it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { type IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage, FargateTaskDefinition, type FargateTaskDefinitionProps } from 'aws-cdk-lib/aws-ecs';
import type { Environment, ServiceSettings } from '../../config/environment';
import { wiringOf } from '../../lib/ecs-service';
import { importedVpc } from '../../lib/imported-vpc';
import type { IModelEvents } from '../../lib/model-events-base';
import { deployedModelEvents } from '../../lib/stacks/services';
import { cdkContext, development } from './synthesized';

const assemblies = mkdtempSync(join(tmpdir(), 'model-events-'));
afterAll(() => rmSync(assemblies, { recursive: true }));

function testApp(): App {
  // Warnings are asserted on, not printed.
  const context = { ...cdkContext(), '@aws-cdk/core:annotationsInValidationReport': false };
  return new App({ context, outdir: mkdtempSync(join(assemblies, 'app-')) });
}

export class TaskStack extends Stack {
  private readonly vpc: IVpc;
  private readonly modelEvents: IModelEvents;

  constructor(
    private readonly configuration: Environment = development,
    private readonly app = testApp(),
  ) {
    const { account, region } = configuration;
    super(app, 'Task', { env: { account, region } });
    this.modelEvents = deployedModelEvents(this, configuration);
    this.vpc = importedVpc(this, configuration.vpc);
  }

  /** A task definition of the service's family, without a container. */
  task(service: ServiceSettings, props: FargateTaskDefinitionProps = {}): FargateTaskDefinition {
    return new FargateTaskDefinition(this, 'Definition', { family: service.family, ...props });
  }

  /** The service's own container, wired. */
  wired(service: ServiceSettings, task = this.task(service)): FargateTaskDefinition {
    const container = task.addContainer(service.container, { image: anImage });
    this.modelEvents.wire(task, container, {
      ...wiringOf(this.configuration, service),
      client: new SecurityGroup(this, 'Client', { vpc: this.vpc, allowAllOutbound: false }),
    });
    return task;
  }

  /** The errors of synth; empty if it accepts the stack. */
  refusals(): string[] {
    try {
      this.app.synth();
      return [];
    } catch (error) {
      const lines = (error as Error).message.split('\n').map((line) => line.trim());
      return lines.filter((line) => line.startsWith('[')).map((line) => line.replace(/^\[[^\]]*\] /, ''));
    }
  }
}

export const anImage = ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:stable');

/** A service of the development configuration. */
export function serviceNamed(name: string): ServiceSettings {
  const found = development.services.find((service) => service.name === name);
  if (found === undefined) throw new Error(`config/development.json has no service ${name}`);
  return found;
}
