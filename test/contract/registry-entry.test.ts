import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import { eventBody } from '../support/events';
import { detailTextOf, readCases, type RegistrationCase } from './registration-cases';

const schemaIn = (file: string): object => JSON.parse(readFileSync(`contract/schemas/${file}`, 'utf8')) as object;
const entry = schemaIn('hokusai.registry@ModelRegistered.json');
/** Ajv supports draft 6 and later. The entry uses only keywords that have the same meaning in draft 4 and draft 6. */
const { $schema, ...rules } = entry as { $schema: string };
const validators = [
  ['the registry entry', new Ajv().compile(rules)],
  [
    'the event’s schema',
    new Ajv2020({ strict: false, strictNumbers: true }).compile(schemaIn('model-registered-event.schema.json')),
  ],
] as const;
const cases = readCases();

test('the entry uses only keywords that have the same meaning in draft 4 and draft 6', () => {
  expect($schema).toBe('http://json-schema.org/draft-04/schema#');
  const known = ['type', 'enum', 'required', 'properties', 'additionalProperties', 'pattern', 'minLength', 'maxLength'];
  expect([...keywordsIn(rules)].sort()).toEqual([...known, 'title', 'description'].sort());
});

test.each(validators)('%s accepts every case that the publisher accepts', (_, accepts) => {
  const accepted = cases.filter(({ verdict }) => verdict !== 'refused');
  expect(accepted.length).toBeGreaterThan(20);
  for (const each of accepted) expect([each.title, accepts(eventOf(each))]).toEqual([each.title, true]);
});

test.each(validators)('%s refuses every case that breaks a rule about one field', (_, accepts) => {
  // Parsing removes duplicate keys, so a schema cannot detect them.
  const broken = cases.filter(({ broken: all = [] }) =>
    all.some((each) => !each.includes(': one occurrence of each key, ')),
  );
  expect(broken.length).toBeGreaterThan(50);
  for (const each of broken) expect([each.title, accepts(eventOf(each))]).toEqual([each.title, false]);
});

test('the entry refuses another source and another detail-type', () => {
  const [, accepts] = validators[0];
  const [valid] = cases;
  if (valid === undefined) throw new Error('the file has no cases');
  const event = JSON.parse(eventBody(detailTextOf(valid))) as object;
  expect(accepts(event)).toBe(true);
  expect(accepts({ ...event, source: 'hokusai.smoke' })).toBe(false);
  expect(accepts({ ...event, 'detail-type': 'ModelRetired' })).toBe(false);
});

function eventOf(each: RegistrationCase): unknown {
  return JSON.parse(eventBody(detailTextOf(each)));
}

/** The keywords of a schema and its subschemas, without property names. */
function keywordsIn(schema: object): Set<string> {
  const found = new Set(Object.keys(schema));
  const { properties, additionalProperties } = schema as {
    properties?: Readonly<Record<string, object>>;
    additionalProperties?: object;
  };
  const inner = [
    ...Object.values(properties ?? {}),
    ...(additionalProperties === undefined ? [] : [additionalProperties]),
  ];
  for (const each of inner) for (const keyword of keywordsIn(each)) found.add(keyword);
  return found;
}
