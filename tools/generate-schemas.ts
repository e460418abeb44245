/** Writes contract/schemas/ from the contract's rules; with --check it only says what is stale, and exits with 1. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { jsonSchemas } from '../contract/schemas';

const folder = resolve(__dirname, '../contract/schemas');
const onlyCheck = process.argv.includes('--check');

mkdirSync(folder, { recursive: true });
const files = Object.fromEntries(
  Object.entries(jsonSchemas()).map(([name, schema]) => [name, `${JSON.stringify(schema, null, 2)}\n`]),
);
const present = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(resolve(folder, name), 'utf8')]),
);
const stale = [...new Set([...Object.keys(files), ...Object.keys(present)])].filter(
  (name) => files[name] !== present[name],
);

if (onlyCheck) {
  if (stale.length > 0) {
    console.error(
      `stale: ${stale.map((name) => `contract/schemas/${name}`).join(', ')}; run \`npm run generate\` and commit`,
    );
    process.exitCode = 1;
  }
} else {
  for (const name of stale) {
    const text = files[name];
    if (text === undefined) rmSync(resolve(folder, name));
    else writeFileSync(resolve(folder, name), text);
    console.log(`${text === undefined ? 'removed' : 'written'}: contract/schemas/${name}`);
  }
}
