/** The AsyncAPI 3 document: the messages that the pipeline receives and sends. */
import { eventBusName, modelRegistered } from '../../contract/event-source';
import { containerEnv, userEnv } from '../../contract/function-env';
import { messageRules } from '../../contract/message';
import { redisHostParameter, redisPortParameter } from '../../contract/parameter-names';
import { jsonSchemas } from './schemas';
import type { Subscription } from '../../contract/subscriptions';
import { rootQueue } from '../../contract/patterns';
import { keysOf } from '../../queue/keys';
import { deadLetterExamples, eventExamples, messageExamples } from './examples';

type Json = Readonly<Record<string, unknown>>;

/** The messages, each with the schema of its payload in contract/schemas. */
const messages = {
  modelRegistered: {
    schema: 'model-registered-event.schema.json',
    correlationId: '$message.payload#/detail/correlation_id',
    examples: eventExamples(),
  },
  modelReadyToDeploy: {
    schema: 'model-ready-to-deploy.schema.json',
    correlationId: '$message.payload#/correlation_id',
    examples: messageExamples(),
  },
  deadLetter: { schema: 'dead-letter.schema.json', correlationId: undefined, examples: deadLetterExamples() },
} as const;

type MessageName = keyof typeof messages;

/** @param subscriptions whose queues the document names */
export function asyncapi(subscriptions: readonly Subscription[]): Json {
  const queues = subscriptions.map((subscription) => ({ ...subscription, ...keysOf(subscription.queue) }));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Model events',
      version: messageRules.schema_version.schema['const'],
      description:
        'GENERATED from contract/*.ts by `npm run generate`; do not edit. The pipeline from the registry to the services, ' +
        'from its own side: it receives registrations and sends each service its own copy. Delivery is at least once; ' +
        'message_id is the idempotency key. The queues are those of config/development.json.',
    },
    defaultContentType: 'application/json',
    servers: { bus, redis },
    channels: Object.fromEntries([
      [
        'registrations',
        {
          ...channel('bus', eventBusName('{environment}'), ['modelRegistered']),
          description: `The bus. A rule takes its ${modelRegistered} events into the pipeline.`,
          parameters: { environment: { description: 'As in config/<environment>.json.', examples: ['development'] } },
        },
      ],
      ...queues.flatMap(({ service, main, deadLetters }) => [
        [
          service,
          {
            ...channel('redis', main, ['modelReadyToDeploy']),
            description: `A list: pushed at the left, taken from the right. ${service} alone reads it.`,
          },
        ],
        [
          `${service}-dead-letters`,
          {
            ...channel('redis', deadLetters, ['deadLetter']),
            description: `A list, the newest at the left: messages that ${service} does not receive any more${main === rootQueue ? ', and events that the publisher refused' : ''}.`,
          },
        ],
      ]),
    ]),
    operations: Object.fromEntries([
      ['receive-registrations', operation('receive', 'registrations', 'The publisher takes them, at least once each.')],
      ...queues.flatMap(({ service }) => [
        [
          `send-to-${service}`,
          operation('send', service, 'Once for each registration, and again after a retry, a lost lease or a redrive.'),
        ],
        [
          `dead-letter-for-${service}`,
          operation(
            'send',
            `${service}-dead-letters`,
            'A message that is not retried any more; an operator can redrive it.',
          ),
        ],
      ]),
    ]),
    components: {
      messages: Object.fromEntries(Object.keys(messages).map((name) => [name, message(name as MessageName)])),
      schemas: Object.fromEntries(Object.entries(messages).map(([name, { schema }]) => [name, schemaIn(schema)])),
      securitySchemes,
    },
  };
}

const securitySchemes = {
  awsSignature: {
    type: 'http',
    scheme: 'AWS4-HMAC-SHA256',
    description: 'Requests are signed for the service `events`; the right needed is events:PutEvents on the bus.',
  },
  redisToken: {
    type: 'userPassword',
    description: `A user and its password (${userEnv.redisUsername}, ${containerEnv.redisAuthToken}), or without users the auth token as the password. Containers get both from Secrets Manager.`,
  },
};

const bus = {
  host: 'events.{region}.amazonaws.com',
  protocol: 'https',
  description: 'Amazon EventBridge; the registry calls PutEvents.',
  variables: { region: { description: "The environment's AWS region.", examples: ['us-east-1'] } },
  security: [{ $ref: '#/components/securitySchemes/awsSignature' }],
};

const redis = {
  host: '{host}:{port}',
  protocol: 'rediss',
  description: 'Amazon ElastiCache; always TLS, with a certificate that is valid for the host.',
  variables: {
    host: {
      description: `SSM parameter ${redisHostParameter('<environment>')}; containers get it as ${containerEnv.redisHost}.`,
    },
    port: {
      description: `SSM parameter ${redisPortParameter('<environment>')}; containers get it as ${containerEnv.redisPort}.`,
    },
  },
  security: [{ $ref: '#/components/securitySchemes/redisToken' }],
  // The binding is reserved: AsyncAPI has no properties for it yet.
  bindings: { redis: {} },
};

function channel(server: 'bus' | 'redis', address: string, carried: readonly MessageName[]): Json {
  return {
    address,
    servers: [{ $ref: `#/servers/${server}` }],
    messages: Object.fromEntries(carried.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
  };
}

function operation(action: 'receive' | 'send', channelName: string, summary: string): Json {
  return { action, channel: { $ref: `#/channels/${channelName}` }, summary };
}

function message(name: MessageName): Json {
  const { schema, correlationId, examples } = messages[name];
  const { title, description } = schemaIn(schema);
  return {
    name,
    title,
    summary: description,
    ...(correlationId === undefined ? {} : { correlationId: { location: correlationId } }),
    payload: { $ref: `#/components/schemas/${name}` },
    examples,
  };
}

/** The schema of the file without `$` keywords. All other keywords mean the same in AsyncAPI, which builds on draft 7. */
function schemaIn(file: string): Json {
  const schema = Object.entries(jsonSchemas()[file] ?? {});
  return Object.fromEntries(schema.filter(([keyword]) => !keyword.startsWith('$')));
}
