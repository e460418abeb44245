/** The summary line that CI reads must fail if a test failed or none ran. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'model-events-summary-'));
afterAll(() => rmSync(folder, { recursive: true }));

const allPassed = {
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  testResults: [] as object[],
};

/** What pytest writes for its `--junitxml`. */
const suiteOf = (attributes: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" ${attributes} time="1.2"><testcase/></testsuite></testsuites>`;
const pythonPassed = suiteOf('errors="0" failures="0" skipped="0" tests="5"');

function summaryOf(
  jest: object | undefined,
  pytest: string | undefined,
  exitCode: number,
): { lines: string[]; lastLine: string | undefined; status: number | null } {
  const files = [join(folder, 'jest.json'), join(folder, 'pytest.xml')] as const;
  for (const file of files) rmSync(file, { force: true });
  if (jest !== undefined) writeFileSync(files[0], JSON.stringify(jest));
  if (pytest !== undefined) writeFileSync(files[1], pytest);
  const tsx = join(root, 'node_modules/.bin/tsx');
  const { stdout, status } = spawnSync(tsx, ['tools/test-summary.ts', String(exitCode), ...files], {
    cwd: root,
    encoding: 'utf8',
  });
  const lines = stdout.trim().split('\n');
  return { lines, lastLine: lines.at(-1), status };
}

test('the slowest suites of jest and pytest come first, ten of them', () => {
  const took = (name: string, seconds: number) => ({ name: join(root, name), startTime: 0, endTime: seconds * 1000 });
  const testResults = [took('test/a.test.ts', 12.34), ...Array.from({ length: 20 }, () => took('test/b.test.ts', 1))];
  const cases =
    '<testcase classname="tests.test_c" name="x" time="2.5"/><testcase classname="tests.test_c" name="y" time="1"/>';
  const pytest = pythonPassed.replace('<testcase/>', cases);
  const { lines } = summaryOf({ ...allPassed, testResults }, pytest, 0);
  expect(lines.slice(0, 3)).toEqual([
    'The slowest suites:',
    '   12.3 s  test/a.test.ts',
    '    3.5 s  clients/python/tests/test_c.py',
  ]);
  expect(lines).toHaveLength(12);
});

test.each([
  ['all passed', allPassed, pythonPassed, 0, '12 passed, 0 failed', 0],
  ['skipped tests', { ...allPassed, numPendingTests: 2 }, pythonPassed, 0, '12 passed, 0 failed, 2 skipped', 0],
  ['a failed test', { ...allPassed, numFailedTests: 1 }, pythonPassed, 1, '12 passed, 1 failed', 1],
  [
    'a test file that could not be run',
    { ...allPassed, numRuntimeErrorTestSuites: 1 },
    pythonPassed,
    1,
    '12 passed, 1 failed',
    1,
  ],
  [
    'Python tests that failed, broke and were skipped',
    allPassed,
    suiteOf('errors="1" failures="2" skipped="1" tests="9"'),
    1,
    '12 passed, 3 failed, 1 skipped',
    1,
  ],
  ['a failure outside of the tests', allPassed, pythonPassed, 2, '12 passed, 1 failed', 1],
  ['no test of jest executed', { ...allPassed, numPassedTests: 0 }, pythonPassed, 0, '5 passed, 1 failed', 1],
  ['no Python test executed', allPassed, undefined, 0, '7 passed, 1 failed', 1],
  ['lint failed before any test', undefined, undefined, 2, '0 passed, 1 failed', 1],
])('the summary reports %s', (_case, jest, pytest, exitCode, lastLine, status) => {
  expect(summaryOf(jest, pytest, exitCode)).toMatchObject({ lastLine, status });
});
