/** What would change in a running definition if another took its place. Pure; shows no value of a variable but our own. */
import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs';
import { registrable } from './definition';
import { hidden, visibleVariables } from './redaction';
import { isUnknown } from './template-values';

export interface Difference {
  /** As in `hokusai-api.environment.DATABASE_URL`. */
  readonly where: string;
  /** Undefined where it is not there. */
  readonly running: string | undefined;
  readonly planned: string | undefined;
  /** A variable or secret that the container would not get any more. */
  readonly lost: boolean;
}

/** Every setting that differs; what only a deployment knows is left out where the running one has something there too. */
export function differences(running: TaskDefinition, planned: TaskDefinition): Difference[] {
  const before = settingsOf(running);
  const after = settingsOf(planned);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((where) => {
    const [from, to] = [before.get(where), after.get(where)];
    if (from === to || (from !== undefined && to !== undefined && isUnknown(to))) return [];
    const masked = (value: string | undefined): string | undefined =>
      value === undefined || isPublic(where) ? value : hidden;
    return [
      {
        where,
        running: masked(from),
        planned: masked(to),
        lost: to === undefined && /\.(environment|secrets)\./.test(where),
      },
    ];
  });
}

/** Whether a setting's value may be on a screen: what a container is told, in whatever form, may not. */
function isPublic(where: string): boolean {
  const variable = /^containers\.[^.]+\.environment\.(.+)$/.exec(where)?.[1];
  if (variable !== undefined) return visibleVariables.includes(variable);
  return !/\.(command|entryPoint|healthCheck|dockerLabels|logConfiguration|firelensConfiguration)$/.test(where);
}

/** Flat: each setting by its path, with lists of named things by name. Left out: what is empty, as ECS fills it in. */
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
  settings.set(path, 'there');
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
