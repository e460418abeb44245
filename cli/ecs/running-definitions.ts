/** A family on ECS: its services, their running revisions, and the newest revision. */
import {
  type AwsVpcConfiguration,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListServicesCommand,
  ListTasksCommand,
  type Service,
  type Tag,
  type Task,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { ServiceSettings } from '../../config/environment';
import { isAbsent } from '../aws-error';
import { describeDefinition } from './unknown-fields';

/** A definition with its tags, which RegisterTaskDefinition needs. */
export interface Revision {
  readonly definition: TaskDefinition;
  readonly tags: readonly Tag[];
  /** Fields that the AWS SDK dropped: a revision registered from `definition` would lose them. */
  readonly unknownFields: readonly string[];
  /** `family:revision`. */
  readonly label: string;
}

export interface RunningFamily {
  /** Services of the cluster that run this family. */
  readonly services: readonly Service[];
  /** The running revisions: several during a deployment. */
  readonly running: readonly Revision[];
  /** The newest revision; undefined if the family does not exist. */
  readonly newest: Revision | undefined;
}

export async function familyOnEcs(
  ecs: ECSClient,
  service: Pick<ServiceSettings, 'family' | 'cluster'>,
): Promise<RunningFamily> {
  const services = await servicesOfFamily(ecs, service);
  const arns = new Set(services.flatMap(definitionsOf).filter((arn) => familyOf(arn) === service.family));
  const running = await Promise.all([...arns].map((arn) => revision(ecs, arn)));
  return { services, running, newest: await newestOf(ecs, service.family) };
}

/** @param name a family (its newest revision), `family:revision`, or an ARN */
export async function revision(ecs: ECSClient, name: string): Promise<Revision> {
  const { described, unknownFields } = await describeDefinition(ecs, name);
  const { taskDefinition: definition = {}, tags = [] } = described;
  return { definition, tags, unknownFields, label: `${definition.family ?? name}:${definition.revision ?? '?'}` };
}

/** The running tasks of a family, started by a service or manually. */
export async function runningTasks(
  ecs: ECSClient,
  { family, cluster }: Pick<ServiceSettings, 'family' | 'cluster'>,
): Promise<Task[]> {
  const arns: string[] = [];
  try {
    for (let nextToken: string | undefined; ;) {
      const page = await ecs.send(new ListTasksCommand({ cluster, family, desiredStatus: 'RUNNING', nextToken }));
      arns.push(...(page.taskArns ?? []));
      nextToken = page.nextToken;
      if (nextToken === undefined) break;
    }
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
  const described = inPieces(arns, 100).map((tasks) => ecs.send(new DescribeTasksCommand({ cluster, tasks })));
  const tasks = (await Promise.all(described)).flatMap((page) => page.tasks ?? []);
  return tasks.filter(({ taskDefinitionArn = '' }) => familyOf(taskDefinitionArn) === family);
}

async function servicesOfFamily(
  ecs: ECSClient,
  { family, cluster }: Pick<ServiceSettings, 'family' | 'cluster'>,
): Promise<Service[]> {
  const arns: string[] = [];
  try {
    for (let nextToken: string | undefined; ;) {
      const page = await ecs.send(new ListServicesCommand({ cluster, nextToken }));
      arns.push(...(page.serviceArns ?? []));
      nextToken = page.nextToken;
      if (nextToken === undefined) break;
    }
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
  // ECS describes ten services at a time.
  const described = inPieces(arns, 10).map((services) => ecs.send(new DescribeServicesCommand({ cluster, services })));
  const services = (await Promise.all(described)).flatMap((page) => page.services ?? []);
  return services.filter((service) => definitionsOf(service).some((arn) => familyOf(arn) === family));
}

/** Under a deployment controller of CodeDeploy or another program, the revisions are in task sets and the service itself has none. */
function definitionsOf({ taskDefinition, deployments = [], taskSets = [] }: Service): string[] {
  return [taskDefinition, ...[...deployments, ...taskSets].map((each) => each.taskDefinition)].filter(
    (arn) => arn !== undefined,
  );
}

/** Where the tasks of these services run; under another deployment controller the task sets say it. */
export function networksOf(services: readonly Service[]): AwsVpcConfiguration[] {
  const holders = services.flatMap((service) => [service, ...(service.taskSets ?? [])]);
  return holders.flatMap(({ networkConfiguration }) => networkConfiguration?.awsvpcConfiguration ?? []);
}

async function newestOf(ecs: ECSClient, family: string): Promise<Revision | undefined> {
  try {
    return await revision(ecs, family);
  } catch (error) {
    // For an unknown family ECS returns "Unable to describe task definition", a ClientException.
    if (isAbsent(error) || (error instanceof Error && error.name === 'ClientException')) return undefined;
    throw error;
  }
}

const familyOf = (arn: string): string => /task-definition\/([^:]+)/.exec(arn)?.[1] ?? '';

function inPieces<Value>(values: readonly Value[], size: number): Value[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) => values.slice(at * size, (at + 1) * size));
}
