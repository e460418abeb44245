/** Writes the JSON Schemas, and the Python package's rules, from the contract; with --check it only says what is stale, and exits with 1. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { environmentSchema } from '../config/environment-rules';
import { clientRules } from '../contract/client-rules';
import { jsonSchemas } from '../contract/schemas';

const root = resolve(__dirname, '..');
const folder = 'contract/schemas';
const onlyCheck = process.argv.includes('--check');

const schemas: Readonly<Record<string, unknown>> = {
  'clients/python/src/hokusai_model_events/contract.json': clientRules(),
  'config/environment.schema.json': environmentSchema(),
  ...Object.fromEntries(Object.entries(jsonSchemas()).map(([name, schema]) => [join(folder, name), schema])),
};

mkdirSync(join(root, folder), { recursive: true });
// The folder is the generator's own: what it does not write does not belong there.
const generated = readdirSync(join(root, folder)).map((name) => join(folder, name));
const stale = [...new Set([...Object.keys(schemas), ...generated])].filter((file) => textOf(file) !== written(file));

if (onlyCheck) {
  if (stale.length > 0) {
    console.error(`stale: ${stale.join(', ')}; run \`npm run generate\` and commit`);
    process.exitCode = 1;
  }
} else {
  for (const file of stale) {
    const text = textOf(file);
    if (text === undefined) rmSync(join(root, file));
    else writeFileSync(join(root, file), text);
    console.log(`${text === undefined ? 'removed' : 'written'}: ${file}`);
  }
}

function textOf(file: string): string | undefined {
  const schema = schemas[file];
  return schema === undefined ? undefined : `${JSON.stringify(schema, null, 2)}\n`;
}

function written(file: string): string | undefined {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined;
}
