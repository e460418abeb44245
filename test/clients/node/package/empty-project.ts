/** An empty project of a user, with the packed consumer library installed in it. */
import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ts from 'typescript';

const root = join(__dirname, '../../../..');

/** A folder outside of this repository; nothing of the repository's node_modules can be found from it. */
export interface EmptyProject {
  readonly folder: string;
  /** Runs a program in the project and returns its stdout; rejects with its output if it fails. */
  run(program: string, ...parameters: string[]): Promise<string>;
  /** Writes TypeScript files (text by name) and checks them strictly with the installed types; rejects with the errors. */
  checkTypes(sources: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

/** Packs the library that is built in `clients/node/dist` and installs it from the tarball. */
export async function installInEmptyProject(): Promise<EmptyProject> {
  if (!existsSync(join(root, 'clients/node/dist/index.mjs'))) {
    throw new Error('clients/node/dist/index.mjs is missing: run `npm run build -- consumer` first (make test does)');
  }
  const folder = await mkdtemp(join(tmpdir(), 'model-events-package-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await install(folder);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    folder,
    run: (program, ...parameters) => runIn(folder, program, parameters),
    checkTypes: (sources) => checkTypesIn(folder, sources),
    remove,
  };
}

async function install(folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "name": "user-project", "private": true }');
  const npm = ['--loglevel=error', '--no-audit', '--no-fund', '--no-update-notifier'];
  await runIn(root, 'npm', ['pack', '--workspace=clients/node', `--pack-destination=${folder}`, ...npm]);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack left no tarball in ${folder}`);
  await runIn(folder, 'npm', ['install', '--prefer-offline', ...npm, `./${tarball}`]);
}

function runIn(cwd: string, program: string, parameters: readonly string[]): Promise<string> {
  const env = { ...process.env };
  // `npm test` passes its own project to every nested npm.
  for (const name of ['npm_config_local_prefix', 'npm_config_prefix', 'INIT_CWD', 'NODE_PATH'])
    Reflect.deleteProperty(env, name);
  return new Promise((resolve, reject) => {
    execFile(program, parameters, { cwd, env }, (error: ExecFileException | null, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(new Error(`${program} ${parameters.join(' ')} failed in ${cwd}:\n${stdout}${stderr}`, { cause: error }));
    });
  });
}

async function checkTypesIn(folder: string, sources: Readonly<Record<string, string>>): Promise<void> {
  const paths = Object.keys(sources).map((name) => join(folder, name));
  await Promise.all(Object.values(sources).map((text, index) => writeFile(paths[index] ?? '', text)));
  const program = ts.createProgram(paths, {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.Node20,
    // A TypeScript project has only Node's types besides the library.
    typeRoots: [join(root, 'node_modules/@types')],
    types: ['node'],
    skipLibCheck: false,
    noEmit: true,
  });
  const problems = ts.getPreEmitDiagnostics(program);
  if (problems.length === 0) return;
  const host = {
    getCurrentDirectory: () => folder,
    getCanonicalFileName: (file: string) => file,
    getNewLine: () => '\n',
  };
  throw new Error(ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(problems), host));
}
