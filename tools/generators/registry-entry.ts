import { modelRegistered, registrySource } from '../../contract/event-source';
import { eventRules, modelRegisteredRules } from '../../contract/event';
import { exactly, type JsonSchema, object, schemaOf } from '../../contract/rules';

/** Name of the event in EventBridge's schema registry, as its own discovery would call it. */
export const registryEntryName = `${registrySource}@${modelRegistered}`;

/**
 * The event as EventBridge's schema registry takes it: JSON Schema draft 4 (`JSONSchemaDraft4`).
 * @throws Error if a rule's schema has a keyword that is missing in draft 4 or means something else there
 */
export function registryEntry(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-04/schema#',
    title: registryEntryName,
    description:
      'A registration, as the registry puts it on the bus. Unknown fields are carried. ' +
      'GENERATED from contract/*.ts by `npm run generate`; do not edit.',
    ...inDraft4(schemaOf({ ...eventRules, source: exactly(registrySource), detail: object(modelRegisteredRules) })),
  };
}

/** Keywords that mean the same in draft 4 as in 2020-12. */
const sameInDraft4: ReadonlySet<string> = new Set([
  'type',
  'enum',
  'required',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'description',
]);

function inDraft4(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]): [string, unknown] => {
      if (sameInDraft4.has(keyword)) return [keyword, value];
      switch (keyword) {
        case 'const':
          return ['enum', [value]];
        case 'items':
        case 'additionalProperties':
          return [keyword, inDraft4(value as JsonSchema)];
        case 'properties':
          return [keyword, mapped(value as Readonly<Record<string, JsonSchema>>)];
        default:
          throw new Error(`draft 4 does not know "${keyword}": convert it in inDraft4()`);
      }
    }),
  );
}

function mapped(properties: Readonly<Record<string, JsonSchema>>): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, inDraft4(schema)]));
}
