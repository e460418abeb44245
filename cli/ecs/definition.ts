/** A task definition as it is registered: what ECS adds to it taken off, and the wiring put in. Pure. */
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput, Tag, TaskDefinition } from '@aws-sdk/client-ecs';
import type { ContainerWiring } from '../../contract/container-wiring';

/** What DescribeTaskDefinition says and RegisterTaskDefinition does not take; all the rest is handed on, known here or not. */
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

/** The same registration with one container wired; every other field is the one that was there. */
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
  // A name may stand once, as a secret or as a variable; what stands right keeps its place.
  const environment = merged(
    (container.environment ?? []).filter(({ name = '' }) => !(name in secrets)),
    Object.entries(variables).map(([name, value]) => ({ name, value })),
  );
  const secretList = merged(
    (container.secrets ?? []).filter(({ name = '' }) => !(name in variables)),
    Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    sameParameter,
  );
  return { ...container, environment, secrets: secretList };
}

function merged<Entry extends { readonly name?: string | undefined }>(
  there: readonly Entry[],
  wanted: readonly Entry[],
  keeps: (there: Entry, wanted: Entry) => boolean = () => false,
): Entry[] {
  const replaced = there.map((entry) => {
    const other = wanted.find(({ name }) => name === entry.name);
    return other === undefined || keeps(entry, other) ? entry : other;
  });
  return [...replaced, ...wanted.filter(({ name }) => !there.some((entry) => entry.name === name))];
}

/** ECS takes a parameter's name for its ARN: no reason to change it. */
function sameParameter(
  there: { readonly valueFrom?: string | undefined },
  wanted: { readonly valueFrom?: string | undefined },
): boolean {
  const name = there.valueFrom ?? '';
  return name.startsWith('/') && (wanted.valueFrom?.endsWith(`:parameter${name}`) ?? false);
}
