import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { readDeadLetter } from '../../contract/dead-letter';
import { readEvent } from '../../contract/read-event';
import { readMessage } from '../../contract/message';
import { readEnvironment } from '../../config/read-environment';
import { keysOf } from '../../queue/keys';

interface Message {
  readonly payload: { readonly $ref: string };
  readonly examples: readonly { readonly name: string; readonly payload: unknown }[];
}

interface AsyncApi {
  readonly channels: Readonly<Record<string, { readonly address: string; readonly messages: object }>>;
  readonly operations: Readonly<
    Record<string, { readonly action: string; readonly channel: { readonly $ref: string } }>
  >;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
}

const text = readFileSync('contract/schemas/asyncapi.json', 'utf8');
const document = JSON.parse(text) as AsyncApi;
const official = JSON.parse(
  readFileSync(require.resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json'), 'utf8'),
) as object;
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const messages = Object.entries(document.components.messages);
const examples = messages.flatMap(([name, { payload, examples: all }]) =>
  all.map((example) => [name, example.name, payload.$ref, example.payload] as const),
);

test('the document conforms to the AsyncAPI 3.0.0 schema', () => {
  const accepts = ajv.compile(official);
  accepts(document);
  expect(accepts.errors).toBeNull();
  expect(accepts({ ...document, operations: { broken: { action: 'publish' } } })).toBe(false);
});

test('every reference in the document resolves', () => {
  const references = [...text.matchAll(/"\$ref": "(.*?)"/g)].map(([, reference = '']) => reference);
  expect(references.length).toBeGreaterThan(10);
  expect(references.filter((reference) => pointedAt(reference) === undefined)).toEqual([]);
});

test.each(examples)(
  'the schema of %s accepts the example "%s" and refuses it without any of its required fields',
  (_, __, reference, payload) => {
    const accepts = ajv.compile({ ...document, $ref: reference });
    accepts(payload);
    expect(accepts.errors).toBeNull();
    for (const name of required(reference)) {
      const { [name]: _, ...rest } = payload as Readonly<Record<string, unknown>>;
      expect([name, accepts(rest)]).toEqual([name, false]);
    }
  },
);

test('the code reads each example as the message of its schema', () => {
  const kinds = examples.map(([name, , , payload]) => {
    const written = JSON.stringify(payload);
    if (name === 'modelRegistered') return readEvent(written).kind;
    return name === 'deadLetter' ? readDeadLetter(written).kind : readMessage(written).event_type;
  });
  expect(kinds).toEqual(['message', 'model_ready_to_deploy', 'dead-letter', 'dead-letter']);
});

test('the document receives from the bus and sends to the queue and the dead letters of each service', () => {
  const done = Object.values(document.operations).map(({ action, channel }) => {
    const { address, messages: carried } = pointedAt(channel.$ref) as AsyncApi['channels'][string];
    return [action, address, ...Object.keys(carried)];
  });
  const sent = readEnvironment('development').subscriptions.flatMap(({ queue }) => [
    ['send', queue, 'modelReadyToDeploy'],
    ['send', keysOf(queue).deadLetters, 'deadLetter'],
  ]);
  expect(done).toEqual([['receive', 'hokusai-{environment}', 'modelRegistered'], ...sent]);
});

/** The target of a reference inside the document. */
function pointedAt(reference: string): unknown {
  return reference
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], document);
}

function required(reference: string): readonly string[] {
  return (pointedAt(reference) as { readonly required: readonly string[] }).required;
}
