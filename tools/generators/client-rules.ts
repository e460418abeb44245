import { eventLimits, modelRegisteredRules } from '../../contract/event';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { containerEnv, producerEnv } from '../../contract/function-env';
import { type JsonSchema, object, type Violation } from '../../contract/rules';

/** Room, within the limit of an event, for what EventBridge puts around `detail`, a replay's name included. */
const envelopeBytes = 512;

/**
 * The contract as data, for clients in other languages: a subset of JSON Schema in which each rule has, as `says`, the very
 * sentence that a dead letter would show. `npm run generate` writes it into the Python package.
 */
export function clientRules(): JsonSchema {
  const detail = object(modelRegisteredRules);
  const probe: Probe = (value) => {
    const found: Violation[] = [];
    detail.check(value, '', found);
    return found;
  };
  return {
    $comment: 'GENERATED from contract/*.ts by `npm run generate`; do not edit.',
    source: registrySource,
    detailType: modelRegistered,
    limits: { detailBytes: eventLimits.bytes - envelopeBytes, levels: eventLimits.levels },
    variables: { ...containerEnv, ...producerEnv },
    detail: withSentences(detail.schema, probe, ''),
  };
}

/** What a whole detail breaks that holds nothing but this value. */
type Probe = (value: unknown) => readonly Violation[];

/** The schema with the sentence of each rule, which the rule itself gives when it gets what no rule accepts: null. */
function withSentences(schema: JsonSchema, probe: Probe, field: string): JsonSchema {
  const says = probe(null).find((violation) => violation.field === field)?.rule;
  if (says === undefined) throw new Error(`the rule of "${field}" accepts null, so it has no sentence to show`);
  const inner = (name: string, rule: unknown): JsonSchema =>
    withSentences(rule as JsonSchema, (value) => probe({ [name]: value }), field === '' ? name : `${field}.${name}`);
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
    says,
  };
}
