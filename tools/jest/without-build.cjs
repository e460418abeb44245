// `jest --filter=tools/jest/without-build.cjs`: the test files that need no bundle, deployment or browser, for `make check`. A file is
// left out where it, or what it imports, is one of these.
const { readFileSync, existsSync } = require('node:fs');
const { dirname, join, relative, resolve } = require('node:path');
const ts = require('typescript');

const root = resolve(__dirname, '../..');
const needy = [
  'dev/local/chromium.ts',
  'dev/emulators/function-process.ts',
  'test/deploy/cdk-project.ts',
  'test/docs/clone.ts',
  'test/examples/published.ts',
  'test/incidents/make-local.ts',
  'test/lib/rules.test.ts',
  'test/clients/node/package/empty-project.ts',
  'test/security/audit.test.ts',
];
/** They start whole programs. */
const needyFolders = /^test\/(?:conformance|e2e|examples|faults|local|model)\//;

const known = new Map();

function needsMore(path) {
  const name = relative(root, path);
  if (needy.includes(name)) return true;
  if (!known.has(path)) {
    // Not true where a cycle leads back here.
    known.set(path, false);
    const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'));
    const imported = importedFiles.map(({ fileName }) => `${join(dirname(path), fileName)}.ts`);
    known.set(
      path,
      imported.some((other) => existsSync(other) && needsMore(other)),
    );
  }
  return known.get(path);
}

module.exports = (paths) => ({
  filtered: paths
    .filter((path) => !needyFolders.test(relative(root, path)) && !needsMore(path))
    .map((test) => ({ test })),
});
