/** The top-level folders of the project import in one direction only. */
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize, relative } from 'node:path';
import * as ts from 'typescript';

const root = join(__dirname, '..');

/** The other top-level folders that a folder may import from. Folders not listed (test) may import from all. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  bin: ['lib', 'config'],
  lib: ['config', 'contract'],
  console: ['queue', 'contract'],
  lambda: ['console', 'queue', 'contract'],
  cli: ['queue', 'config', 'contract'],
  clients: ['queue', 'contract'],
  dev: ['clients', 'console', 'lambda', 'queue', 'config', 'contract'],
  queue: ['contract'],
  config: ['contract'],
  contract: [],
  // Examples import the package by its name, as users do.
  examples: [],
  tools: ['cli', 'lib', 'queue', 'config', 'contract'],
};

/** Folders that may use only these packages, besides the modules of Node. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  config: ['zod', 'fastest-levenshtein'],
  queue: ['ioredis', '@smithy/core/checksum', '@smithy/signature-v4'],
  clients: ['ioredis', '@opentelemetry/api', '@aws-sdk/credential-provider-node'],
};

const notOurs = ['node_modules', 'dist', 'cdk.out', 'coverage', '.git', '.venv', '__pycache__'];
const vagueName = /^(utils?|helpers?|common|shared|misc)$/;

/** A file's text by its path from the project's root. */
type Tree = ReadonlyMap<string, string>;

function projectFiles(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? projectFiles(path) : [relative(root, path)];
  });
}

function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** The path of a relative import, resolved to a file of the tree if it exists. */
function target(file: string, specifier: string, tree: Tree): string {
  const path = normalize(join(dirname(file), specifier));
  return [`${path}.ts`, `${path}/index.ts`, `${path}.d.ts`].find((candidate) => tree.has(candidate)) ?? path;
}

function brokenRule(file: string, specifier: string): string | undefined {
  const folder = file.split('/')[0] ?? '';
  if (specifier.endsWith('.lua') && !['queue/scripts.ts', 'queue/publish-script.ts'].includes(file)) {
    return 'only queue/scripts.ts and queue/publish-script.ts import Lua';
  }
  if (!specifier.startsWith('.')) {
    const packages = mayUse[folder];
    if (packages === undefined || isBuiltin(specifier) || packages.includes(specifier)) return undefined;
    return `${folder} uses ${['Node', ...packages].join(', ')} and no other package`;
  }
  const other = normalize(join(dirname(file), specifier)).split('/')[0] ?? '';
  const folders = mayImport[folder];
  if (folders === undefined || other === folder || folders.includes(other)) return undefined;
  if (folder === 'examples') return 'examples import @hokusai/model-events by its name';
  return `${folder} imports from ${folders.length === 0 ? 'no other folder' : folders.join(', ')}`;
}

function wrongDirections(tree: Tree): string[] {
  return [...tree].flatMap(([file, text]) =>
    importsOf(text).flatMap((specifier) => {
      const rule = brokenRule(file, specifier);
      return rule === undefined ? [] : [`${file} imports '${specifier}': ${rule}`];
    }),
  );
}

/** The import cycles, each once, as `a.ts -> b.ts -> a.ts`. */
function cycles(tree: Tree): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file].join(' -> '));
    if (start >= 0 || finished.has(file)) return;
    for (const specifier of importsOf(tree.get(file) ?? '')) {
      if (specifier.startsWith('.')) visit(target(file, specifier, tree), [...path, file]);
    }
    finished.add(file);
  };
  for (const file of tree.keys()) visit(file, []);
  return found;
}

function vagueNames(paths: readonly string[]): string[] {
  return paths.filter((path) => path.split(/[/.-]/).some((word) => vagueName.test(word)));
}

describe('this project', () => {
  const paths = projectFiles();
  const tree: Tree = new Map(
    paths.filter((path) => path.endsWith('.ts')).map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );

  test('has no import against the allowed direction of its folders', () => expect(wrongDirections(tree)).toEqual([]));

  test('has no import cycle', () => expect(cycles(tree)).toEqual([]));

  test('lists in `dependencies` every package that is needed where no test runs', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Readonly<Record<string, string>>;
    };
    const missing = [...tree].flatMap(([file, text]) => {
      if (!['bin', 'cli', 'config', 'contract', 'lambda', 'lib', 'queue'].includes(file.split('/')[0] ?? '')) return [];
      const needed = importsOf(text.replaceAll(/^(?:import|export) type\b[^;]*;/gm, ''));
      return needed
        .filter((specifier) => !/^(?:\.|node:)/.test(specifier))
        .map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)
        .filter((name) => !(name in dependencies))
        .map((name) => `${file} needs ${name}`);
    });
    expect(missing).toEqual([]);
  });

  test('has the folders that CONTRIBUTING.md lists, and no other top-level folder', () => {
    const [, tree = ''] =
      /^## The layout\n\n```text\n(.*?)^```/ms.exec(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')) ?? [];
    let parent = '';
    const listed = tree.split('\n').flatMap((line) => {
      const names = /^ *((?:[a-z]+\/ *)+)/.exec(line)?.[1]?.trim().split(/ +/) ?? [];
      if (!line.startsWith(' ')) [parent = ''] = names;
      return names.map((name) => (line.startsWith(' ') ? parent + name : name).slice(0, -1));
    });
    const folders = new Set(
      paths.flatMap((path) => path.split('/').map((_, depth, all) => all.slice(0, depth).join('/'))),
    );
    expect(listed.filter((folder) => !folders.has(folder))).toEqual([]);
    const top = [...folders].filter((folder) => folder !== '' && !folder.includes('/') && !folder.startsWith('.'));
    expect(listed.filter((folder) => !folder.includes('/')).sort()).toEqual(top.sort());
  });

  test('has no file or folder with a vague name', () => expect(vagueNames(paths)).toEqual([]));

  test('has a rule for each folder that contains TypeScript', () => {
    const folders = new Set(
      [...tree.keys()].filter((path) => path.includes('/')).map((path) => path.split('/')[0] ?? ''),
    );
    folders.delete('test');
    expect([...folders].filter((folder) => mayImport[folder] === undefined)).toEqual([]);
    expect(folders).toContain('contract');
  });
});

describe('a violation is named with file, import and rule', () => {
  const rejected: [string, string, string][] = [
    ['lib/publisher.ts', "import { x } from '../lambda/publisher/handler';", 'lib imports from config, contract'],
    ['queue/publish.ts', "export * from '../lambda/runtime/emf';", 'queue imports from contract'],
    [
      'queue/publish.ts',
      "import type { X } from '@aws-sdk/core';",
      'queue uses Node, ioredis, @smithy/core/checksum, @smithy/signature-v4 and no other package',
    ],
    ['contract/event.ts', "const x = await import('../queue/keys');", 'contract imports from no other folder'],
    [
      'config/environment.ts',
      "import x = require('aws-cdk-lib');",
      'config uses Node, zod, fastest-levenshtein and no other package',
    ],
    [
      'examples/consumer.ts',
      "import { x } from '../clients/node';",
      'examples import @hokusai/model-events by its name',
    ],
    [
      'queue/publish.ts',
      "import s from './lua/publish.lua';",
      'only queue/scripts.ts and queue/publish-script.ts import Lua',
    ],
  ];
  test.each(rejected)('%s: %s', (file, text, rule) => {
    const specifier = /'(.*)'/.exec(text)?.[1] ?? '';
    expect(wrongDirections(new Map([[file, text]]))).toEqual([`${file} imports '${specifier}': ${rule}`]);
  });

  test('an import cycle is reported with its complete path', () => {
    const tree = new Map([
      ['queue/a.ts', "import './b';"],
      ['queue/b.ts', "import { c } from './deep';"],
      ['queue/deep/index.ts', "import '../a';"],
    ]);
    expect(cycles(tree)).toEqual(['queue/a.ts -> queue/b.ts -> queue/deep/index.ts -> queue/a.ts']);
  });

  test('a vague name is found for a folder and for a file', () => {
    const paths = ['lib/utils/a.ts', 'queue/redis-helpers.ts', 'lambda/common.ts', 'queue/commonality.ts'];
    expect(vagueNames(paths)).toEqual(paths.slice(0, 3));
  });
});
