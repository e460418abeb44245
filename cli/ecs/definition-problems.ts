/** Missing or wrong wiring in a container's definition. Pure. */
import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs';
import { type ContainerWiring, isSameSource, optionalVariables, secretFields } from '../../contract/container-wiring';
import { containerEnv } from '../../contract/function-env';

/** An error (`fail`) or a risk (`warn`) in a definition. */
export interface DefinitionProblem {
  readonly severity: 'fail' | 'warn';
  /** The error, without values that may be secret. */
  readonly what: string;
}

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
      ? [
          {
            severity: 'fail',
            what: `${name} is in the definition as plain text, readable by everyone with access to it`,
          },
        ]
      : [{ severity: 'warn', what: `${name} is written into the definition instead of read from ${from}` }];
  }
  if (secret === undefined) return [{ severity: 'fail', what: `${name} is missing` }];
  const wrong = wrongSource(secret.valueFrom ?? '', from);
  return wrong === undefined ? [] : [{ severity: 'fail', what: `${name} ${wrong}` }];
}

/** Undefined if `actual` refers to the same value. */
function wrongSource(actual: string, expected: string): string | undefined {
  if (isSameSource(actual, expected)) return undefined;
  const parameter = /:parameter(\/.*)$/.exec(expected)?.[1];
  if (parameter !== undefined) {
    return `comes from ${actual.includes('/') ? actual : 'something else'}, not from ${parameter}`;
  }
  const field = secretFields.find((each) => expected.endsWith(each)) ?? '';
  const arn = expected.slice(0, -field.length);
  if (actual === arn) return `gets the whole secret: ${field} is missing behind the ARN`;
  // Without a slash it may be the token itself.
  const named = actual.includes('/') ? actual : 'not shown';
  if (!actual.startsWith('arn:')) return `names a secret (${named}) instead of its complete ARN`;
  const actualArn = actual.split(':').slice(0, 7).join(':');
  if (actualArn !== arn && actualArn.startsWith(arn.slice(0, -'-000000'.length))) {
    return `has an ARN that is not the secret's: ${actualArn}; the secret's ends in ${arn.slice(-'-000000'.length)}`;
  }
  return actualArn === arn
    ? `reads ${actual.slice(arn.length)} of the secret instead of ${field}`
    : `comes from another secret: ${actualArn}`;
}

function variableProblems(container: ContainerDefinition, name: string, expected: string): DefinitionProblem[] {
  const actual = container.environment?.find((variable) => variable.name === name)?.value;
  if (actual === expected) return [];
  if (actual !== undefined) return [{ severity: 'fail', what: `${name} is "${actual}", it must be "${expected}"` }];
  const hidden = container.secrets?.some((secret) => secret.name === name) ?? false;
  return hidden
    ? [{ severity: 'warn', what: `${name} comes from a secret or parameter; it must be "${expected}"` }]
    : [
        {
          severity: optionalVariables.includes(name) ? 'warn' : 'fail',
          what: `${name} is missing (it must be "${expected}")`,
        },
      ];
}

/** A URL that contains the token is invalid if the token contains `@` or `/`. */
function joinedUrls(container: ContainerDefinition): DefinitionProblem[] {
  const names = [...(container.environment ?? []), ...(container.secrets ?? [])].map(({ name }) => name ?? '');
  return names
    .filter((name) => /^(?:.*_)?REDIS_URL$/.test(name))
    .map((name) => ({
      severity: 'warn',
      what: `${name} is set: a token with @ or / makes the URL invalid; read ${containerEnv.redisHost}, ${containerEnv.redisPort} and ${containerEnv.redisAuthToken} instead`,
    }));
}
