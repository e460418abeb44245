import { deadLetterRules } from '../../contract/dead-letter';
import { eventRules, modelRegisteredRules } from '../../contract/event';
import { messageRules } from '../../contract/message';
import { type JsonSchema, object, type Rules, schemaOf } from '../../contract/rules';

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
      'What consumers take from their queue. message_id is the idempotency key.',
      schemaOf(messageRules),
    ),
    'dead-letter.schema.json': document(
      'Dead letter',
      'A message, an event or a text that is not processed any more, and the reason.',
      schemaOf(deadLetterRules),
    ),
  };
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
