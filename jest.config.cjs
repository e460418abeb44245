// CDK checks each template against CloudFormation's rules, which takes four seconds at each synthesis. test/lib/rules.test.ts has it do
// so for every environment; elsewhere once is enough.
process.env.CDK_VALIDATION = 'false';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  moduleFileExtensions: ['ts', 'js', 'json', 'lua'],
  // tsc checks the types (make lint); here they are only taken off, file by file.
  transform: {
    '\\.ts$': ['ts-jest', { transpilation: true, diagnostics: false, tsconfig: '<rootDir>/tsconfig.json' }],
    '\\.lua$': '<rootDir>/tools/jest-lua-transform.cjs',
  },
  // A bound for what hangs, not a measure: deployments and synths share two cores with everything else.
  testTimeout: 120_000,
};
