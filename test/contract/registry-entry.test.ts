import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import { eventBody } from '../support/events';
import { detailTextOf, readCases, type RegistrationCase } from './registration-cases';

const schemaIn = (file: string): object => JSON.parse(readFileSync(`contract/schemas/${file}`, 'utf8')) as object;
const entry = schemaIn('hokusai.registry@ModelRegistered.json');
/** Every keyword of draft 4 is here with its meaning there, or not at all: Ajv, which starts at draft 6, reads it alike. */
const { $schema, ...rules } = entry as { $schema: string };
const judges = [
  ['the registry entry', new Ajv().compile(rules)],
  [
    'the event’s schema',
    new Ajv2020({ strict: false, strictNumbers: true }).compile(schemaIn('model-registered-event.schema.json')),
  ],
] as const;
const cases = readCases();

test('the entry uses only what draft 4 has, in the way draft 4 has it', () => {
  expect($schema).toBe('http://json-schema.org/draft-04/schema#');
  const known = ['type', 'enum', 'required', 'properties', 'additionalProperties', 'pattern', 'minLength', 'maxLength'];
  expect([...keywordsIn(rules)].sort()).toEqual([...known, 'title', 'description'].sort());
});

test.each(judges)('%s takes every case that the publisher takes', (_, accepts) => {
  const taken = cases.filter(({ verdict }) => verdict !== 'refused');
  expect(taken.length).toBeGreaterThan(20);
  for (const each of taken) expect([each.says, accepts(eventOf(each))]).toEqual([each.says, true]);
});

test.each(judges)('%s refuses every case that breaks a rule about one field', (_, accepts) => {
  // A parsed event has each of its names once: no schema can see that one stood there twice.
  const broken = cases.filter(({ broken: all = [] }) =>
    all.some((each) => !each.includes(': one occurrence of each key, ')),
  );
  expect(broken.length).toBeGreaterThan(50);
  for (const each of broken) expect([each.says, accepts(eventOf(each))]).toEqual([each.says, false]);
});

test('the entry is about the registry: no other source, no other detail-type', () => {
  const [, accepts] = judges[0];
  const [valid] = cases;
  if (valid === undefined) throw new Error('there is no case');
  const event = JSON.parse(eventBody(detailTextOf(valid))) as object;
  expect(accepts(event)).toBe(true);
  expect(accepts({ ...event, source: 'hokusai.smoke' })).toBe(false);
  expect(accepts({ ...event, 'detail-type': 'ModelRetired' })).toBe(false);
});

function eventOf(each: RegistrationCase): unknown {
  return JSON.parse(eventBody(detailTextOf(each)));
}

/** The keywords of a schema and of those in it, without the names of properties. */
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
