import { list as allCommands } from '@ioredis/commands';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folders that functions are made of. */
const sourceFolders = ['console', 'contract', 'lambda', 'queue'];

/**
 * The Redis commands whose names, or names with `Buffer`, are a property somewhere in the sources of the functions or in ioredis itself.
 * Too many rather than too few: `.type` may be a field of an event. ioredis gives its client a method for each command of its list,
 * which takes time with the square of their number: a tenth of a cold start for all 287.
 * @param root the folder that contains `lambda`
 */
export function usedCommands(root: string): string[] {
  const ioredis = dirname(require.resolve('ioredis'));
  const folders = [...sourceFolders.map((folder) => join(root, folder)).filter(existsSync), ioredis];
  const properties = new Set(folders.flatMap((folder) => sourceFiles(folder)).flatMap(propertiesIn));
  return allCommands.filter((name) => properties.has(name) || properties.has(`${name}Buffer`));
}

const sourceFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.d)\.[jt]s$/.test(path))
    .map((path) => join(folder, path));

const propertiesIn = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/(?:\.|\[['"])(\w+)/g)].map(([, name = '']) => name);
