/** What a container's definition lacks of the wiring that a producer or consumer needs. Pure. */
import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs';
import { authTokenField, type ContainerWiring } from '../../contract/container-wiring';
import { containerEnv } from '../../contract/function-env';

/** Something about a definition that is wrong (`fail`) or unwise (`warn`). */
export interface DefinitionProblem {
  readonly severity: 'fail' | 'warn';
  /** What is wrong, without any value that may be secret. */
  readonly what: string;
}

/** What is wrong with a container's wiring in a definition. */
export function definitionProblems(
  definition: TaskDefinition,
  containerName: string,
  wiring: ContainerWiring,
): DefinitionProblem[] {
  const containers = definition.containerDefinitions ?? [];
  const container = containers.find(({ name }) => name === containerName);
  if (container === undefined) {
    const names = containers.map(({ name }) => name).join(', ');
    return [{ severity: 'fail', what: `no container ${containerName}. Available: ${names}` }];
  }
  return [
    ...Object.entries(wiring.secrets).flatMap(([name, from]) => secretProblems(container, name, from)),
    ...Object.entries(wiring.variables).flatMap(([name, value]) => variableProblems(container, name, value)),
    ...joinedUrls(container),
  ];
}

function secretProblems(container: ContainerDefinition, name: string, from: string): DefinitionProblem[] {
  const secret = container.secrets?.find((each) => each.name === name);
  if (secret === undefined && container.environment?.some((variable) => variable.name === name) === true) {
    return name === containerEnv.redisAuthToken
      ? [{ severity: 'fail', what: `${name} stands in the definition as plain text, for everyone who may read it` }]
      : [{ severity: 'warn', what: `${name} is written into the definition instead of read from ${from}` }];
  }
  if (secret === undefined) return [{ severity: 'fail', what: `${name} is missing` }];
  const wrong = wrongSource(secret.valueFrom ?? '', from);
  return wrong === undefined ? [] : [{ severity: 'fail', what: `${name} ${wrong}` }];
}

/** Undefined where `given` leads to the same value. */
function wrongSource(given: string, wanted: string): string | undefined {
  if (given === wanted) return undefined;
  const parameter = /:parameter(\/.*)$/.exec(wanted)?.[1];
  if (parameter !== undefined) {
    // ECS takes the name alone for a parameter of its own region.
    return given === parameter
      ? undefined
      : `comes from ${given.includes('/') ? given : 'something else'}, not from ${parameter}`;
  }
  const arn = wanted.slice(0, -authTokenField.length);
  if (given === arn) return `gets the whole secret: ${authTokenField} is missing behind the ARN`;
  // Without a slash it may be the token itself, in the wrong place.
  const named = given.includes('/') ? given : 'not shown';
  if (!given.startsWith('arn:')) return `names a secret (${named}) instead of its complete ARN`;
  const givenArn = given.split(':').slice(0, 7).join(':');
  if (givenArn !== arn && givenArn.startsWith(arn.slice(0, -'-000000'.length))) {
    return `has an ARN that is not the secret's: ${givenArn}; the secret's ends in ${arn.slice(-'-000000'.length)}`;
  }
  return givenArn === arn
    ? `reads ${given.slice(arn.length)} of the secret instead of ${authTokenField}`
    : `comes from another secret: ${givenArn}`;
}

function variableProblems(container: ContainerDefinition, name: string, wanted: string): DefinitionProblem[] {
  const given = container.environment?.find((variable) => variable.name === name)?.value;
  if (given === wanted) return [];
  if (given !== undefined) return [{ severity: 'fail', what: `${name} is "${given}", it must be "${wanted}"` }];
  const hidden = container.secrets?.some((secret) => secret.name === name) ?? false;
  return hidden
    ? [{ severity: 'warn', what: `${name} comes from a secret or parameter; it must be "${wanted}"` }]
    : [{ severity: 'fail', what: `${name} is missing (it must be "${wanted}")` }];
}

/** A URL with a token in it, put together by hand, has broken before: on a `@` or `/` in the token. */
function joinedUrls(container: ContainerDefinition): DefinitionProblem[] {
  const names = [...(container.environment ?? []), ...(container.secrets ?? [])].map(({ name }) => name ?? '');
  return names
    .filter((name) => /^(?:.*_)?REDIS_URL$/.test(name))
    .map((name) => ({
      severity: 'warn',
      what: `${name} is set: a token with @ or / in it breaks a URL; read ${containerEnv.redisHost}, ${containerEnv.redisPort} and ${containerEnv.redisAuthToken} instead`,
    }));
}
