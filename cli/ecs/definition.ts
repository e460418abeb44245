/** A task definition for registration: without the fields that ECS adds, and with the wiring. Pure. */
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput, Tag, TaskDefinition } from '@aws-sdk/client-ecs';
import { type ContainerWiring, isSameSource } from '../../contract/container-wiring';

/** Fields of DescribeTaskDefinition that RegisterTaskDefinition does not accept; all others are passed on. */
const readOnly = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
] as const satisfies readonly (keyof TaskDefinition)[];

/** The same definition for RegisterTaskDefinition. */
export function registrable(definition: TaskDefinition, tags: readonly Tag[] = []): RegisterTaskDefinitionCommandInput {
  const { family, containerDefinitions, ...rest } = definition;
  for (const name of readOnly) Reflect.deleteProperty(rest, name);
  return { ...rest, family, containerDefinitions, ...(tags.length > 0 ? { tags: [...tags] } : {}) };
}

/** The same registration with one container wired; all other fields are unchanged. */
export function wired(
  registration: RegisterTaskDefinitionCommandInput,
  containerName: string,
  wiring: ContainerWiring,
): RegisterTaskDefinitionCommandInput {
  const containers = registration.containerDefinitions?.map((container) =>
    container.name === containerName ? wiredContainer(container, wiring) : container,
  );
  return { ...registration, containerDefinitions: containers };
}

function wiredContainer(container: ContainerDefinition, { secrets, variables }: ContainerWiring): ContainerDefinition {
  // A name must be unique across secrets and variables; correct entries keep their position.
  const environment = merged(
    (container.environment ?? []).filter(({ name = '' }) => !(name in secrets)),
    Object.entries(variables).map(([name, value]) => ({ name, value })),
  );
  const secretList = merged(
    (container.secrets ?? []).filter(({ name = '' }) => !(name in variables)),
    Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    (current, expected) => isSameSource(current.valueFrom ?? '', expected.valueFrom ?? ''),
  );
  return { ...container, environment, secrets: secretList };
}

function merged<Entry extends { readonly name?: string | undefined }>(
  current: readonly Entry[],
  expected: readonly Entry[],
  isSame: (current: Entry, expected: Entry) => boolean = () => false,
): Entry[] {
  const replaced = current.map((entry) => {
    const other = expected.find(({ name }) => name === entry.name);
    return other === undefined || isSame(entry, other) ? entry : other;
  });
  return [...replaced, ...expected.filter(({ name }) => !current.some((entry) => entry.name === name))];
}
