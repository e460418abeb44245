/**
 * Writes the files that are generated from the code: schemas, the AsyncAPI document, the references in docs/, the Python
 * package's rules and types. With --check it only lists stale files, and exits with 1.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { editorSchema } from '../config/environment-rules';
import { readEnvironment } from '../config/read-environment';
import { clientRules } from './generators/client-rules';
import { pythonInvisibleRanges, typescriptInvisibleRanges } from './generators/invisible-ranges';
import { pythonPayload } from './generators/python-payload';
import { registryEntry, registryEntryName } from './generators/registry-entry';
import { scriptRights } from './generators/script-rights';
import { jsonSchemas } from './generators/schemas';
import { asyncapi } from './generators/asyncapi';
import { cliReference } from './generators/cli';
import { costPage } from './generators/cost';
import { configurationReference } from './generators/configuration';
import { metricsReference } from './generators/metrics';

const root = resolve(__dirname, '..');
/** Folders with generated files only: any other file in them is stale. */
const folders = ['contract/schemas', 'docs/reference'];
const onlyCheck = process.argv.includes('--check');

const texts: Readonly<Record<string, string>> = {
  'clients/python/src/hokusai_model_events/contract.json': json(clientRules()),
  'clients/python/src/hokusai_model_events/consumer/payload.py': pythonPayload(),
  'contract/script-rights.ts': scriptRights(),
  'contract/invisible-ranges.ts': typescriptInvisibleRanges(),
  'clients/python/src/hokusai_model_events/invisible_ranges.py': pythonInvisibleRanges(),
  'config/environment.schema.json': json(editorSchema()),
  ...Object.fromEntries(
    Object.entries(jsonSchemas()).map(([name, schema]) => [join('contract/schemas', name), json(schema)]),
  ),
  'contract/schemas/asyncapi.json': json(asyncapi(readEnvironment('development').subscriptions)),
  [`contract/schemas/${registryEntryName}.json`]: json(registryEntry()),
  'docs/cost.md': costPage(),
  'docs/reference/cli.md': cliReference(),
  'docs/reference/configuration.md': configurationReference(),
  'docs/reference/metrics.md': metricsReference(),
};

for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
const generated = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)));
const stale = [...new Set([...Object.keys(texts), ...generated])].filter((file) => texts[file] !== written(file));

if (onlyCheck) {
  if (stale.length > 0) {
    console.error(`stale: ${stale.join(', ')}; run \`npm run generate\` and commit`);
    process.exitCode = 1;
  }
} else {
  for (const file of stale) {
    const text = texts[file];
    if (text === undefined) rmSync(join(root, file));
    else writeFileSync(join(root, file), text);
    console.log(`${text === undefined ? 'removed' : 'written'}: ${file}`);
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function written(file: string): string | undefined {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined;
}
