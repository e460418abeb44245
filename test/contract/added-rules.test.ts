/** A rule that is added to the contract concerns the publisher only: messages that wait in a queue stay readable. */
import { registered, eventBody, message } from '../support/events';
import type * as Event from '../../contract/event';
import type * as Message from '../../contract/message';
import type * as ReadEvent from '../../contract/read-event';
import type * as ClientRules from '../../tools/generators/client-rules';
import * as rules from '../../contract/rules';

/** The contract with one more rule, for a field that was unknown before. */
function withRule(name: string, rule: rules.Rule<unknown>) {
  jest.resetModules();
  jest.doMock('../../contract/event', () => {
    const actual = jest.requireActual<typeof Event>('../../contract/event');
    return { ...actual, modelRegisteredRules: { ...actual.modelRegisteredRules, [name]: rule } };
  });
  return {
    ...jest.requireActual<typeof ReadEvent>('../../contract/read-event'),
    ...jest.requireActual<typeof Message>('../../contract/message'),
    ...jest.requireActual<typeof ClientRules>('../../tools/generators/client-rules'),
  };
}

afterEach(() => jest.dontMock('../../contract/event').resetModules());

test.each([
  ['a value that the rule refuses', { framework: 7 }],
  ['null', { framework: null }],
  ['nothing', {}],
])('a waiting message with %s for a field with a new rule is readable by the Node and Python clients', (_, payload) => {
  const { message: before } = jest
    .requireActual<typeof ClientRules>('../../tools/generators/client-rules')
    .clientRules();
  const later = withRule('framework', rules.oneOf('torch', 'jax'));

  expect(later.readEvent(eventBody(registered(payload))).kind).toBe('refused');
  expect(later.readMessage(message('waiting', payload)).payload).toMatchObject(payload);
  // The Python client checks the rules of contract.json.
  expect(later.clientRules()['message']).toEqual(before);
});

test('an event that is repeated after a field was added to the contract has the same identity', () => {
  const body = eventBody(registered({ tags: { b: '2', a: '1' }, framework: 'torch' }), { id: 'e-1' });
  const { readEvent } = jest.requireActual<typeof ReadEvent>('../../contract/read-event');
  const before = readEvent(body);
  expect(withRule('framework', rules.oneOf('torch', 'jax')).readEvent(body)).toEqual(before);
  // Every stored digest depends on this text: another field in it would turn repeats into ID_REUSED.
  expect(before).toMatchObject({
    identity: '"credit-risk-7"\n"CRSK"\n"auroc"\n82e-2\n{"current_value":87e-2}\ntrue\n\n\n\n\n\n\n\n{"a":"1","b":"2"}',
  });
});

test('consumers require only the fields without which they cannot process a message', () => {
  const { consumerRules } = jest.requireActual<typeof Message>('../../contract/message');
  // Messages without one more field may wait in the queues: docs/evolution.md.
  expect(rules.schemaOf(consumerRules)).toMatchObject({
    required: ['event_type', 'schema_version', 'message_id', 'payload'],
    properties: { payload: { required: ['model_id', 'token_symbol'] } },
  });
  expect(Object.keys(consumerRules)).toHaveLength(4);
});
