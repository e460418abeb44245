/** The differences between a running and a planned definition, without values of the services' own variables. Pure. */
import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs';
import { registrable } from './definition';
import { hidden, visibleVariables } from './redaction';
import { isUnknown } from './template-values';

export interface Difference {
  /** As in `hokusai-api.environment.DATABASE_URL`. */
  readonly where: string;
  /** Undefined if it does not exist. */
  readonly running: string | undefined;
  readonly planned: string | undefined;
  /** Whether the service would lose this variable, secret, role or connection. */
  readonly lost: boolean;
}

/** Every setting that differs, except for planned values that are known only after deployment. */
export function differences(running: TaskDefinition, planned: TaskDefinition): Difference[] {
  const before = settingsOf(running);
  const after = settingsOf(planned);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((where) => {
    const [from, to] = [before.get(where), after.get(where)];
    // Another task role has other permissions, whatever its name will be.
    const replacesRole = where === 'taskRoleArn' && from !== undefined;
    if (from === to || (!replacesRole && from !== undefined && to !== undefined && isUnknown(to))) return [];
    const masked = (value: string | undefined): string | undefined =>
      value === undefined || isPublic(where) ? value : hidden;
    return [
      {
        where,
        running: masked(from),
        planned: masked(to),
        lost: replacesRole || (to === undefined && /\.(environment|secrets)\./.test(where)),
      },
    ];
  });
}

/** Whether a setting's value may be printed: the container's configuration may hold secrets. */
function isPublic(where: string): boolean {
  const variable = /^containers\.[^.]+\.environment\.(.+)$/.exec(where)?.[1];
  if (variable !== undefined) return visibleVariables.includes(variable);
  return !/\.(command|entryPoint|healthCheck|dockerLabels|logConfiguration|firelensConfiguration)$/.test(where);
}

/** Each setting by its path, list entries by name, without empty values, which ECS fills in. */
function settingsOf(definition: TaskDefinition): Map<string, string> {
  const { containerDefinitions = [], tags: _, ...task } = registrable(definition);
  const settings = new Map<string, string>();
  for (const [name, value] of Object.entries(task)) put(settings, name, value);
  for (const container of containerDefinitions) putContainer(settings, container);
  return settings;
}

function putContainer(settings: Map<string, string>, container: ContainerDefinition): void {
  const { name = '', environment = [], secrets = [], ...rest } = container;
  const path = `containers.${name}`;
  settings.set(path, 'exists');
  for (const { name: variable = '', value = '' } of environment) settings.set(`${path}.environment.${variable}`, value);
  for (const { name: secret = '', valueFrom = '' } of secrets) settings.set(`${path}.secrets.${secret}`, valueFrom);
  for (const [key, value] of Object.entries(rest)) put(settings, `${path}.${key}`, value);
}

function put(settings: Map<string, string>, path: string, value: unknown): void {
  if (value === undefined || value === null || value === 0 || value === '' || isEmpty(value)) return;
  settings.set(path, typeof value === 'string' ? value : sorted(value));
}

const isEmpty = (value: unknown): boolean => typeof value === 'object' && Object.keys(value ?? {}).length === 0;

/** JSON with the keys in order, so that the same settings are the same text. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
