/** CI reads one line: it must not be green where a test failed, or where none ran. */
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
};

function summaryOf(
  results: object | undefined,
  exitCode: number,
): { lastLine: string | undefined; status: number | null } {
  const path = join(folder, results === undefined ? 'missing.json' : 'results.json');
  if (results !== undefined) writeFileSync(path, JSON.stringify(results));
  const tsx = join(root, 'node_modules/.bin/tsx');
  const { stdout, status } = spawnSync(tsx, ['tools/test-summary.ts', path, String(exitCode)], {
    cwd: root,
    encoding: 'utf8',
  });
  return { lastLine: stdout.trim().split('\n').at(-1), status };
}

test.each([
  ['all passed', allPassed, 0, '7 passed, 0 failed', 0],
  ['skipped tests are shown', { ...allPassed, numPendingTests: 2 }, 0, '7 passed, 0 failed, 2 skipped', 0],
  ['a failed test', { ...allPassed, numFailedTests: 1 }, 1, '7 passed, 1 failed', 1],
  ['a test file that could not be run', { ...allPassed, numRuntimeErrorTestSuites: 1 }, 1, '7 passed, 1 failed', 1],
  ['a failure outside of the tests', allPassed, 2, '7 passed, 1 failed', 1],
  ['no test executed', { ...allPassed, numPassedTests: 0 }, 0, '0 passed, 1 failed', 1],
  ['lint failed before any test', undefined, 2, '0 passed, 1 failed', 1],
])('%s', (_case, results, exitCode, lastLine, status) => {
  expect(summaryOf(results, exitCode)).toEqual({ lastLine, status });
});
