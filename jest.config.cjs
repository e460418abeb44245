// CDK checks each template against CloudFormation's rules, which takes four seconds at each synthesis. test/lib/rules.test.ts has it do
// so for every environment; elsewhere once is enough.
process.env.CDK_VALIDATION = 'false';

const { availableParallelism } = require('node:os');
const { dependencies, devDependencies } = require('./package.json');
const packages = Object.keys({ ...dependencies, ...devDependencies, ioredis: '' }).filter(
  (name) => !name.includes('jest'),
);

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/tools/jest/environment.cjs',
  testSequencer: '<rootDir>/tools/jest/sequencer.cjs',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  moduleFileExtensions: ['ts', 'js', 'json', 'lua'],
  transform: { '\\.(?:ts|lua|[cm]?js)$': '<rootDir>/tools/jest/transform.cjs' },
  // Of the packages only those that sources import by name: they are loaded by Node (tools/jest/transform.cjs), with all they need.
  transformIgnorePatterns: [`/node_modules/(?!(?:${packages.join('|')})/)`],
  // More than there are processors: most tests wait, for a process, a lease or a time-out.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  // A bound for what hangs, not a measure: deployments and synths share two cores with everything else.
  testTimeout: 120_000,
};
