/** The packages of the previous version, from test/fixtures/previous-version. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pythonCommand } from './consumers';

const root = join(__dirname, '../..');
export const previousVersionFolder = join(root, 'test/fixtures/previous-version');

export interface PreviousVersion {
  /** The Node package's CommonJS module, for `import()` or `require()`. */
  readonly nodeModule: string;
  /** The folder for `PYTHONPATH`, in which `hokusai_model_events` is. */
  readonly pythonPath: string;
}

/** Unpacks both packages into a folder, as npm and pip install them. */
export function unpackPreviousVersion(folder: string): PreviousVersion {
  const archive = (ending: string): string => {
    const name = readdirSync(previousVersionFolder).find((each) => each.endsWith(ending));
    if (name === undefined)
      throw new Error(`no ${ending} in ${previousVersionFolder}; its README.md says how it is made`);
    return join(previousVersionFolder, name);
  };
  const [node, pythonPath] = [join(folder, 'node'), join(folder, 'python')];
  for (const each of [node, pythonPath]) mkdirSync(each, { recursive: true });
  execFileSync('tar', ['-xzf', archive('.tgz'), '-C', node]);
  // The package's dependency, ioredis.
  symlinkSync(join(root, 'node_modules'), join(node, 'node_modules'));
  const [program, ...parameters] = pythonCommand('-m', 'zipfile', '-e', archive('.whl'), pythonPath);
  execFileSync(program, parameters);
  return { nodeModule: join(node, 'package/dist/index.cjs'), pythonPath };
}
