/** The test that runs or checks all blocks of a page in a language. */
export const checkedBy: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'CONTRIBUTING.md': { sh: 'test/docs/snippets.test.ts' },
  'README.md': { sh: 'test/docs/snippets.test.ts', '': 'test/e2e/demo.test.ts' },
  'clients/python/README.md': { python: 'clients/python/tests/test_package.py' },
  'docs/console.md': { json: 'test/docs/snippets.test.ts' },
  'docs/consumers.md': {
    sh: 'test/docs/local-pages.test.ts',
    '': 'test/docs/local-pages.test.ts',
    ts: 'test/docs/local-pages.test.ts',
    python: 'test/docs/local-pages.test.ts',
  },
  'docs/deployment.md': {
    sh: 'test/docs/account-pages.test.ts',
    '': 'test/docs/account-pages.test.ts',
    json: 'test/docs/account-pages.test.ts',
  },
  'docs/health.md': { sh: 'test/docs/snippets.test.ts', json: 'test/docs/snippets.test.ts' },
  'docs/reference/cli.md': { '': 'test/contract/schemas.test.ts' },
  'lib/README.md': { ts: 'test/lib/constructs.test.ts' },
  'docs/registry.md': {
    sh: 'test/docs/local-pages.test.ts',
    '': 'test/docs/local-pages.test.ts',
    json: 'test/docs/local-pages.test.ts',
  },
  'docs/runbook.md': { sh: 'test/runbook/runbook.test.ts' },
  'docs/troubleshooting.md': { sh: 'test/docs/account-pages.test.ts', '': 'test/docs/messages.test.ts' },
  'clients/node/MIGRATION.md': {
    js: 'test/clients/node/package/installed.test.ts',
    ts: 'test/clients/node/package/installed.test.ts',
  },
  'clients/node/README.md': {
    sh: 'test/clients/node/package/installed.test.ts',
    ts: 'test/clients/node/package/installed.test.ts',
  },
};

/** Blocks that no test runs, with the reason. */
export const notRun: Readonly<Record<string, string>> = {
  text: 'a drawing, or a description that differs from run to run; neither a command nor its output',
  'docs/consumers.md dockerfile': 'one line of an image that the reader builds; no container is built here',
  'docs/performance.md ': 'figures of a run of `make bench ARGS=--write`, which writes the block itself',
  'docs/decisions/0013-own-rules-in-functions.md sh':
    'a measurement: it downloads a package that the project does not use, and its figures differ on each machine',
  'dev/emulators/moto/README.md sh':
    'the program that every test with an account starts (dev/emulators/aws-emulator.ts), here on a fixed port',
  'test/fixtures/previous-version/README.md sh':
    'it runs once after a release, in a checkout of the released version; its result is what the tests then use',
  'clients/python/README.md sh':
    'the wheel’s name is compared (test_package.py); registry.md installs it with pip and runs the relay, PostgreSQL is the reader’s',
};
