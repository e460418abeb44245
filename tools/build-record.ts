/** What a build was made from, so that the next one reuses its bundles if nothing has changed. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

interface BuildRecord {
  /** Paths from the root: sources, tools and bundles. */
  readonly files: readonly string[];
  /** Of their names and contents. */
  readonly digest: string;
  /** Bytes of each function's bundle. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** What changes a bundle besides its inputs. */
const tools = [
  'package-lock.json',
  'tools/build-functions.ts',
  'tools/bundle-exclusions.ts',
  'tools/redis-command-names.ts',
];
const recordIn = (root: string): string => join(root, 'dist/lambda-build.json');

/** The sizes of the bundles, if a build of the same functions would write them again; undefined if not. */
export function reusableBundles(root: string, names: readonly string[]): BuildRecord['sizes'] | undefined {
  if (!existsSync(recordIn(root))) return undefined;
  const { files, digest, sizes } = JSON.parse(readFileSync(recordIn(root), 'utf8')) as BuildRecord;
  return Object.keys(sizes).join() === names.join() && digestOf(root, files) === digest ? sizes : undefined;
}

/** @param paths inputs and bundles; modules of plugins are not files and are left out */
export async function recordBuild(root: string, paths: readonly string[], sizes: BuildRecord['sizes']): Promise<void> {
  const files = [...tools, ...paths].filter((path) => tools.includes(path) || existsSync(join(root, path)));
  await mkdir(dirname(recordIn(root)), { recursive: true });
  await writeFile(
    recordIn(root),
    JSON.stringify({ files, digest: digestOf(root, files), sizes } satisfies BuildRecord),
  );
}

function digestOf(root: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const path = join(root, file);
    hash.update(`\n${file}\n`).update(existsSync(path) ? readFileSync(path) : '-');
  }
  return hash.digest('hex');
}
