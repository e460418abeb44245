import { deadLetterRules } from '../../contract/dead-letter';
import { eventRules, modelRegisteredRules } from '../../contract/event';
import { consumerRules, messageRules } from '../../contract/message';
import { type JsonSchema, object, type Rules, schemaOf } from '../../contract/rules';
import { describedSchema } from './client-rules';

/** The contract as JSON Schemas (2020-12), by file name in `contract/schemas/`. */
export function jsonSchemas(): Readonly<Record<string, JsonSchema>> {
  const eventWithDetail: Rules = { ...eventRules, detail: object(modelRegisteredRules) };
  return {
    'model-registered-event.schema.json': document(
      'ModelRegistered event',
      'What the registry puts on the EventBridge bus, as rules and queues see it. Unknown fields are carried.',
      schemaOf(eventWithDetail),
    ),
    'model-registered-detail.schema.json': document(
      'detail of a ModelRegistered event',
      'What the registry writes into PutEvents as Detail. Unknown fields are carried.',
      schemaOf(modelRegisteredRules),
    ),
    'model-ready-to-deploy.schema.json': document(
      'model_ready_to_deploy message',
      'What consumers take from their queue, in any version 1.x. message_id is the idempotency key. Fields with a description ' +
        'alone are not for validation: they say what this version of the publisher writes.',
      withWrittenFields(schemaOf(consumerRules), describedSchema(messageRules)),
    ),
    'dead-letter.schema.json': document(
      'Dead letter',
      'A message, an event or a text that is not processed any more, and the reason.',
      schemaOf(deadLetterRules),
    ),
  };
}

/** A schema of required fields, and of each other field that is written the description alone. */
function withWrittenFields(required: JsonSchema, written: JsonSchema): JsonSchema {
  const fields = Object.entries(propertiesOf(written)).map(([name, { description, ...rest }]) => {
    const known = propertiesOf(required)[name];
    if (known === undefined) return [name, { description }];
    return [name, known['properties'] === undefined ? known : withWrittenFields(known, rest)];
  });
  return { ...required, properties: Object.fromEntries(fields) as JsonSchema };
}

function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return schema['properties'] as Readonly<Record<string, JsonSchema>>;
}

function document(title: string, description: string, schema: JsonSchema): JsonSchema {
  return {
    $comment: 'GENERATED from contract/*.ts by `npm run generate`; do not edit.',
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    description,
    ...schema,
  };
}
