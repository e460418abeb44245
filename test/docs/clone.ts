/** A clone of the repository, so that a page's commands may write files while other tests use this one. */
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from './pages';

/** Built or installed files, which git ignores. */
const ignored = new Set(['node_modules', 'dist', 'cdk.out', '.git', '.venv']);

export interface Clone {
  readonly folder: string;
  remove(): void;
}

/** Copies the sources, links the installed packages, and copies the built bundles of the functions. */
export function makeClone(): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-clone-'));
  cpSync(root, folder, { recursive: true, filter: (path) => !ignored.has(basename(path)) });
  for (const installed of ['node_modules', '.venv']) {
    if (existsSync(join(root, installed))) symlinkSync(join(root, installed), join(folder, installed));
  }
  cpSync(join(root, 'dist/lambda'), join(folder, 'dist/lambda'), { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
