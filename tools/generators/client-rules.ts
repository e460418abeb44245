import { notAboutContent } from '../../contract/bus-refusals';
import { eventLimits, modelRegisteredRules } from '../../contract/event';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { consumerEnv, containerEnv, iamEnv, producerEnv, userEnv } from '../../contract/function-env';
import { iamCachePattern, iamCacheRule } from '../../contract/iam-cache';
import { consumerRules } from '../../contract/message';
import { unreservedQueueNamePattern, unreservedQueueNameRule } from '../../contract/patterns';
import { redisFaults } from '../../contract/redis-faults';
import { type JsonSchema, object, type Rules, type Violation } from '../../contract/rules';

/** Room, within the limit of an event, for what EventBridge adds around `detail`, a replay's name included. */
const envelopeBytes = 512;

/**
 * The contract as data, for clients in other languages: a subset of JSON Schema in which each rule has as `description` the
 * sentence of a violation. `npm run generate` writes it into the Python package.
 */
export function clientRules(): JsonSchema {
  return {
    $comment: 'GENERATED from contract/*.ts by `npm run generate`; do not edit.',
    source: registrySource,
    detailType: modelRegistered,
    limits: { detailBytes: eventLimits.bytes - envelopeBytes, levels: eventLimits.levels },
    variables: { ...containerEnv, ...userEnv, ...iamEnv, ...consumerEnv, ...producerEnv },
    queue: { pattern: unreservedQueueNamePattern.source, rule: unreservedQueueNameRule },
    iamCache: { pattern: iamCachePattern.source, rule: iamCacheRule },
    detail: describedSchema(modelRegisteredRules),
    message: describedSchema(consumerRules),
    redisFaults,
    notAboutContent,
  };
}

/** The violations of an object that has only this value. */
type Probe = (value: unknown) => readonly Violation[];

/** The schema of an object with the rules, each with its sentence as `description`. */
export function describedSchema(rules: Rules): JsonSchema {
  const rule = object(rules);
  const probe: Probe = (value) => {
    const found: Violation[] = [];
    rule.check(value, '', found);
    return found;
  };
  return withDescriptions(rule.schema, probe, '');
}

/** The schema with each rule's sentence, taken from its violation by null, which no rule accepts. */
function withDescriptions(schema: JsonSchema, probe: Probe, field: string): JsonSchema {
  const description = probe(null).find((violation) => violation.field === field)?.rule;
  if (description === undefined) throw new Error(`the rule of "${field}" accepts null, so it has no description`);
  const inner = (name: string, rule: unknown): JsonSchema =>
    withDescriptions(rule as JsonSchema, (value) => probe({ [name]: value }), field === '' ? name : `${field}.${name}`);
  const properties = schema['properties'] as Readonly<Record<string, unknown>> | undefined;
  const { additionalProperties } = schema;
  return {
    ...schema,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([name, rule]) => [name, inner(name, rule)])),
        }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: inner('each', additionalProperties) }),
    description,
  };
}
