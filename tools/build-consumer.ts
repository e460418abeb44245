import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateDtsBundle } from 'dts-bundle-generator';
import { build } from 'esbuild';

/**
 * Builds the consumer library from `clients/node/index.ts` under `root` into `clients/node/dist`: an ES module, a CommonJS module, and
 * their types in one file each. What `queue` takes from `contract` and its Lua is inside; only ioredis and the optional OpenTelemetry API stay outside.
 */
export async function buildConsumer(root: string): Promise<void> {
  const entry = join(root, 'clients/node/index.ts');
  const dist = join(root, 'clients/node/dist');
  await rm(dist, { recursive: true, force: true });
  if (!existsSync(entry)) {
    console.log('consumer library: none yet (clients/node/index.ts)');
    return;
  }
  await mkdir(dist, { recursive: true });
  await Promise.all([bundle(root, 'esm', 'index.mjs'), bundle(root, 'cjs', 'index.cjs')]);
  const types = rollUpTypes(root, entry);
  // One text under two names: TypeScript takes the module kind of a declaration file from its extension.
  await Promise.all(['index.d.mts', 'index.d.cts'].map((name) => writeFile(join(dist, name), types)));
  console.log('clients/node/dist index.mjs index.cjs index.d.mts index.d.cts');
}

async function bundle(root: string, format: 'esm' | 'cjs', name: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['clients/node/index.ts'],
    outfile: `clients/node/dist/${name}`,
    bundle: true,
    platform: 'node',
    // What clients/node/package.json promises in `engines`.
    target: 'node20',
    format,
    external: ['ioredis', '@opentelemetry/api'],
    loader: { '.lua': 'text' },
    logLevel: 'warning',
  });
}

function rollUpTypes(root: string, entry: string): string {
  const [types] = generateDtsBundle(
    [{ filePath: entry, output: { noBanner: true, exportReferencedTypes: false } }],
    // Without the types of jest, which the package's users do not have.
    { preferredConfigPath: join(root, 'tools/consumer-types.tsconfig.json') },
  );
  if (types === undefined) throw new Error('no types came out of clients/node/index.ts');
  return types;
}
