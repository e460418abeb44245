/**
 * Builds what is deployed and what is published: `tsx tools/build.ts [functions] [consumer] [cli] [constructs] [--analyze]`, all by default.
 * `--analyze` lists what each function's bundle is made of.
 */
import { parseArgs } from 'node:util';
import { buildFunctions } from './build-functions';

const root = process.cwd();
const parts = ['functions', 'consumer', 'cli', 'constructs'];

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { analyze: { type: 'boolean' } } });
  const unknown = positionals.find((part) => !parts.includes(part));
  if (unknown !== undefined) throw new Error(`there is no part called ${unknown} to build: ${parts.join(', ')}`);
  const wanted = (part: string): boolean => positionals.length === 0 || positionals.includes(part);

  if (wanted('functions')) await buildFunctions(root, { analyze: values.analyze ?? false });
  // Imported where needed: they load TypeScript, which takes longer than a synth's check that the functions are unchanged.
  if (wanted('consumer')) await (await import('./build-consumer')).buildConsumer(root);
  if (wanted('cli')) {
    await (await import('./build-cli')).buildCli(root);
    console.log('dist/cli main.mjs');
  }
  if (wanted('constructs')) await (await import('./build-constructs')).buildConstructs(root);
}

main().catch((error: unknown) => {
  console.error(`build: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
