import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateDtsBundle } from 'dts-bundle-generator';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { withoutCluster } from './bundle-exclusions';

/**
 * Builds the consumer library from `clients/node/index.ts` under `root` into `clients/node/dist`: an ES module, a CommonJS module, and
 * their types in one file each. What `queue` takes from `contract`, its Lua and the signer are inside; ioredis, the optional OpenTelemetry
 * API and AWS' optional credentials stay outside, except in the ES module for bundlers, which has ioredis inside.
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
  await Promise.all([
    bundle(root, 'index.mjs', { format: 'esm', external: ['ioredis'] }),
    bundle(root, 'index.cjs', { format: 'cjs', external: ['ioredis'] }),
    // For bundlers: as part of an ES module ioredis, a CommonJS package, could not require Node's modules.
    bundle(root, 'index.bundler.mjs', { format: 'esm', plugins: [importedNodeModules, withoutCluster] }),
  ]);
  const types = rollUpTypes(root, entry);
  // One text under two names: TypeScript takes the module kind of a declaration file from its extension.
  await Promise.all(['index.d.mts', 'index.d.cts'].map((name) => writeFile(join(dist, name), types)));
  console.log('clients/node/dist index.mjs index.cjs index.bundler.mjs index.d.mts index.d.cts');
}

/** What CommonJS packages require from Node is imported: an ES module has no `require`. */
const importedNodeModules: Plugin = {
  name: 'imported-node-modules',
  setup(build) {
    build.onResolve({ filter: /^[a-z\d:_/]+$/ }, ({ path, kind, namespace }) => {
      if (namespace === 'required') return { path, namespace: 'imported' };
      return kind === 'require-call' && isBuiltin(path) ? { path, namespace: 'required' } : undefined;
    });
    build.onLoad({ filter: /^/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}').default;`,
    }));
    build.onLoad({ filter: /^/, namespace: 'imported' }, ({ path }) => ({
      contents: `export { default } from 'node:${path.replace(/^node:/, '')}';`,
    }));
  },
};

async function bundle(
  root: string,
  name: string,
  { external = [], ...options }: Pick<BuildOptions, 'format' | 'external' | 'plugins'>,
): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['clients/node/index.ts'],
    outfile: `clients/node/dist/${name}`,
    bundle: true,
    platform: 'node',
    // What clients/node/package.json promises in `engines`.
    target: 'node20',
    // The ES modules of the signer leave out what is not called.
    mainFields: ['module', 'main'],
    external: ['@opentelemetry/api', '@aws-sdk/credential-provider-node', ...external],
    ...options,
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
