#!/usr/bin/env node
// `npx model-events`: runs the bundle in dist/cli, which is built first where a source is newer than it.
'use strict';
const { execFileSync } = require('node:child_process');
const { readdirSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const root = join(__dirname, '..');
const bundle = join(root, 'dist/cli/main.mjs');

function changed(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** When the newest file in a folder was written. */
function newest(folder) {
  return Math.max(
    0,
    ...readdirSync(folder, { recursive: true }).flatMap((name) =>
      /\.(?:ts|lua)$/.test(name) ? [changed(join(folder, name))] : [],
    ),
  );
}

const sources = ['cli', 'config', 'contract', 'queue'].map((name) => newest(join(root, name)));
if (changed(bundle) < Math.max(...sources, changed(join(root, 'package-lock.json')))) {
  const [tsx, build] = ['node_modules/tsx/dist/cli.mjs', 'tools/build.ts'].map((path) => join(root, path));
  // The build's output is not the program's; its errors are printed.
  execFileSync(process.execPath, [tsx, build, 'cli'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

import(pathToFileURL(bundle).href).then(({ main }) => main(root));
