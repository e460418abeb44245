// Runs bin/app.ts for the CDK CLI. esbuild joins the project's own files first: a hook that transforms each required file, as tsx's
// does, also reads those of CDK's packages, which takes longer than the synthesis.
const { readFile } = require('node:fs/promises');
const Module = require('node:module');
const { dirname, join } = require('node:path');

// The next synthesis reuses the compiled code of CDK's packages.
Module.enableCompileCache(join(__dirname, '../node_modules/.cache/cdk-app'));
const { build } = require('esbuild');

const entry = join(__dirname, '../bin/app.ts');

/** Each file keeps its own folder. */
const ownFolders = {
  name: 'own-folders',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('__dirname', JSON.stringify(dirname(path))),
      loader: 'ts',
    })),
};

async function run() {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    packages: 'external',
    platform: 'node',
    sourcemap: 'inline',
    write: false,
    plugins: [ownFolders],
  });
  process.setSourceMapsEnabled(true);
  const app = new Module(entry, module);
  app.filename = entry;
  app.paths = Module._nodeModulePaths(dirname(entry));
  app._compile(outputFiles[0].text, entry);
}

// esbuild has printed its errors.
run().catch((error) => {
  if (error.errors === undefined) throw error;
  process.exitCode = 1;
});
