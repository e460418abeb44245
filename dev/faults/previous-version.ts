/** The packages of the previous version, from test/fixtures/previous-version. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pythonCommand } from './consumers';

const root = join(__dirname, '../..');
const archives = join(root, 'test/fixtures/previous-version');

/** Unpacks both packages into a new folder. @returns the variables with which a consumer's process uses them */
export function unpackPreviousVersion(folder: string): Record<string, string> {
  const archive = (ending: string): string => {
    const name = readdirSync(archives).find((each) => each.endsWith(ending));
    if (name === undefined) throw new Error(`${archives} has no ${ending}: its README.md says how it is made`);
    return join(archives, name);
  };
  const [node, python] = [join(folder, 'node'), join(folder, 'python')];
  for (const each of [folder, node, python]) mkdirSync(each);
  execFileSync('tar', ['-xzf', archive('.tgz'), '-C', node]);
  // The package's dependency, ioredis.
  symlinkSync(join(root, 'node_modules'), join(node, 'node_modules'));
  const [program, ...parameters] = pythonCommand('-m', 'zipfile', '-e', archive('.whl'), python);
  execFileSync(program, parameters);
  return { FAULTS_NODE_PACKAGE: join(node, 'package/dist/index.mjs'), PYTHONPATH: python };
}
