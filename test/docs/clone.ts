/** A clone of the repository in which a page's commands may write what they like, while other tests use this one. */
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from './pages';

/** What is built or installed; git ignores it. */
const ignored = new Set(['node_modules', 'dist', 'cdk.out', '.git', '.venv']);

export interface Clone {
  readonly folder: string;
  remove(): void;
}

/** Sources as they stand here, with the packages that are installed here, and the functions' bundles as they were built. */
export function makeClone(): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-clone-'));
  cpSync(root, folder, { recursive: true, filter: (path) => !ignored.has(basename(path)) });
  for (const installed of ['node_modules', '.venv']) {
    if (existsSync(join(root, installed))) symlinkSync(join(root, installed), join(folder, installed));
  }
  cpSync(join(root, 'dist/lambda'), join(folder, 'dist/lambda'), { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
