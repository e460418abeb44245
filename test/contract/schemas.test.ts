import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { jsonSchemas } from '../../tools/generators/schemas';
import { composeMessage } from '../../contract/message';
import { registered } from '../support/events';

const root = resolve(__dirname, '../..');
const ajv = new Ajv2020({ strict: false });

function accepts(schema: string, value: unknown): boolean {
  const definition = jsonSchemas()[schema];
  if (definition === undefined) throw new Error(`no schema ${schema}`);
  return ajv.validate(definition, value);
}

test('the generated schemas and reference pages are up to date', () => {
  const tsx = resolve(root, 'node_modules/.bin/tsx');
  execFileSync(tsx, ['--require', './tools/lua-require.cjs', 'tools/generate.ts', '--check'], {
    cwd: root,
    stdio: 'pipe',
  });
});

test('the schema accepts a registration that the publisher accepts', () => {
  expect(accepts('model-registered-detail.schema.json', registered({ tags: { team: 'risk' }, unknown: [1] }))).toBe(
    true,
  );
});

test.each([
  ['a missing model_id', { model_id: undefined }],
  ['a token symbol with a space', { token_symbol: 'A B' }],
  ['a baseline that is a string', { baseline_value: '0.8' }],
  ['tags that are not strings', { tags: { a: 1 } }],
  ['a short address', { contributor_address: '0x12' }],
])('the schema refuses a registration with %s', (_, change) => {
  const detail = JSON.parse(JSON.stringify(registered(change))) as unknown;
  expect(accepts('model-registered-detail.schema.json', detail)).toBe(false);
});

test('the schema for consumers accepts a composed message', () => {
  const { baseline_validated: _, ...payload } = registered();
  const text = composeMessage({
    messageId: 'm-1',
    correlationId: 'c-1',
    timestamp: '2026-11-23T10:00:00.000Z',
    payloadText: JSON.stringify(payload),
    replayName: 'hokusai-site.again',
  });
  expect(accepts('model-ready-to-deploy.schema.json', JSON.parse(text))).toBe(true);
});
