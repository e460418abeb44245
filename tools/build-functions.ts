import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { recordBuild, reusableBundles } from './build-record';
import { bundleExclusions } from './bundle-exclusions';

/** Largest bundles that are accepted, in bytes: a function's size is cold-start time. Others have no limit. */
const sizeLimitBytes: Readonly<Record<string, number>> = { publisher: 350_000 };

/** CommonJS packages (ioredis) call require(), which an ES module does not have. */
export const withRequire = {
  js: "import{createRequire as requireFrom_}from'node:module';const require=requireFrom_(import.meta.url);",
};

/** How many inputs `analyze` lists for a bundle. */
const analyzedInputs = 20;

/**
 * Bundles each `lambda/<name>/handler.ts` under `root` into `dist/lambda/<name>/index.mjs` and its source map: the
 * folder that is deployed, and that tests and the demo run. Reuses them if nothing has changed. Throws where a bundle is larger than it may be.
 */
export async function buildFunctions(root: string, options: { readonly analyze: boolean }): Promise<void> {
  const names = await functionNames(root);
  await removeAllBut(join(root, 'dist/lambda'), names);
  if (names.length === 0) console.log('functions: none yet (lambda/<name>/handler.ts)');
  const reused = options.analyze ? undefined : reusableBundles(root, names);
  if (reused !== undefined) {
    for (const name of names) console.log(`${outfileOf(name)} ${kilobytes(reused[name] ?? 0)}, unchanged`);
    return;
  }
  const metafile = await bundleFunctions(root, names);
  const sizes: Record<string, number> = {};
  for (const name of names) {
    const outfile = outfileOf(name);
    const sizeBytes = (sizes[name] = metafile.outputs[outfile]?.bytes ?? 0);
    console.log(`${outfile} ${kilobytes(sizeBytes)}`);
    if (options.analyze) printInputs(metafile, outfile);
    refuseTooLarge(name, outfile, sizeBytes);
  }
  await recordBuild(root, [...Object.keys(metafile.inputs), ...Object.keys(metafile.outputs)], sizes);
}

const outfileOf = (name: string): string => `dist/lambda/${name}/index.mjs`;

async function functionNames(root: string): Promise<string[]> {
  const folder = join(root, 'lambda');
  if (!existsSync(folder)) return [];
  const names = await readdir(folder);
  return names.filter((name) => existsSync(join(folder, name, 'handler.ts'))).sort();
}

/** What a function that is gone has left. */
async function removeAllBut(folder: string, names: readonly string[]): Promise<void> {
  if (!existsSync(folder)) return;
  const stale = (await readdir(folder)).filter((name) => !names.includes(name));
  await Promise.all(stale.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

/** All at once: what several of them contain is read once. */
async function bundleFunctions(root: string, names: readonly string[]): Promise<Metafile> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(names.map((name) => [`${name}/index`, `lambda/${name}/handler.ts`])),
    outdir: 'dist/lambda',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The ES modules of the AWS SDK leave out what is not called; its CommonJS cannot.
    mainFields: ['module', 'main'],
    loader: { '.lua': 'text' },
    plugins: [...bundleExclusions],
    // A module of Node that is imported, rather than required, has all its exports read, and those of http load undici.
    supported: { 'dynamic-import': false },
    minify: true,
    // Without a comment in the bundle: Node would read the map at every start. `npm run stack-trace` applies it.
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    banner: withRequire,
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  for (const { path, contents } of outputFiles) await replaceFile(path, contents);
  return metafile;
}

/** In one step, and only where it changed: a synth may build while tests or a local pipeline run the same file. */
async function replaceFile(path: string, contents: Uint8Array): Promise<void> {
  if (existsSync(path) && (await readFile(path)).equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  // Not beside it: the folder is what a synth takes as the asset.
  const next = join(dirname(path), '../..', `${process.pid}-${basename(path)}`);
  await writeFile(next, contents);
  await rename(next, path);
}

function printInputs(metafile: Metafile, outfile: string): void {
  const inputs = Object.entries(metafile.outputs[outfile]?.inputs ?? {});
  const largest = inputs.sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput).slice(0, analyzedInputs);
  for (const [path, { bytesInOutput }] of largest) console.log(`  ${kilobytes(bytesInOutput).padStart(9)}  ${path}`);
}

function refuseTooLarge(name: string, outfile: string, sizeBytes: number): void {
  const limit = sizeLimitBytes[name];
  if (limit === undefined || sizeBytes <= limit) return;
  throw new Error(
    `${outfile} is ${kilobytes(sizeBytes)}, at most ${kilobytes(limit)} are allowed: npm run build -- functions --analyze lists its parts`,
  );
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
