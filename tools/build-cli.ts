import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { withRequire } from './build-functions';

/**
 * Bundles `model-events` into `dist/cli`: `main.mjs` and a chunk for what each command loads when it runs, so that a command starts
 * without the SDK of services that it does not use. Returns the paths of what is in it.
 */
export async function buildCli(root: string, outdir = join(root, 'dist/cli')): Promise<readonly string[]> {
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['cli/main.ts'],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    loader: { '.lua': 'text' },
    minify: true,
    legalComments: 'none',
    // `init` alone formats what it writes.
    external: ['prettier'],
    banner: withRequire,
    metafile: true,
    logLevel: 'warning',
  });
  return Object.keys(metafile.inputs);
}
