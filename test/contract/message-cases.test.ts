/** The Node client and the JSON Schema accept and refuse the texts of the cases that all clients share. */
import Ajv2020 from 'ajv/dist/2020';
import { memberNamed, membersOf } from '../../contract/exact-json';
import { payloadTextOf, readMessage } from '../../contract/message';
import { jsonSchemas } from '../../tools/generators/schemas';
import { readMessageCases } from './message-cases';

const cases = readMessageCases();
const accepted = cases.filter(({ verdict }) => verdict === 'accepted');
const refused = cases.filter(({ verdict }) => verdict === 'refused');
const absent = { redrive_count: 0, replay_name: null, trace_parent: null };

test.each(accepted.map((each) => [each.title, each] as const))('%s is read', (_, { text, reads = {} }) => {
  const message = readMessage(text);
  expect({ ...absent, ...message }).toMatchObject(reads);
  // The handler gets every field of the payload as it is, known or not.
  const payload = memberNamed(membersOf(text), 'payload');
  expect(payloadTextOf(text)).toBe(text.slice(payload?.valueStart, payload?.valueEnd));
  expect(message.payload).toEqual(JSON.parse(payloadTextOf(text)));
});

test.each(refused.map((each) => [each.title, each] as const))('%s is refused', (_, { text, broken = [] }) => {
  let reason = '';
  try {
    readMessage(text);
  } catch (error) {
    reason = (error as Error).message;
  }
  expect(reason).toMatch(/^not a model_ready_to_deploy message: ./);
  const fields = reason.split(': ').slice(1).join(': ').split('; ');
  if (broken.length > 0) expect(fields.map((field) => field.split(': ')[0])).toEqual(broken);
});

test('the JSON Schema for consumers has the same verdicts', () => {
  const schema = jsonSchemas()['model-ready-to-deploy.schema.json'];
  const accepts = new Ajv2020({ strict: false }).compile(schema ?? {});
  const verdicts = cases.flatMap(({ title, text }) => {
    try {
      return [[title, accepts(JSON.parse(text)) ? 'accepted' : 'refused']];
    } catch {
      return [[title, 'refused']]; // not JSON
    }
  });
  expect(verdicts).toEqual(cases.map(({ title, verdict }) => [title, verdict]));
});
