/**
 * Prints the ten slowest suites of a test run, and its counts as one line that machines read, "N passed, N failed[, N skipped]":
 * `tsx tools/test-summary.ts EXIT-CODE JEST-RESULTS.json PYTEST-RESULTS.xml`, where the exit code is that of the command that
 * ran the tests. Exit code 1 where anything failed, or where jest or pytest executed no test.
 */
import { existsSync, readFileSync } from 'node:fs';
import { pythonSuiteTimes, suiteTimes, type TimedResults } from './suite-times';

/** What is read of jest's `--json` output. */
interface JestResults extends TimedResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Test files that could not be run at all, so that their tests are counted nowhere else. */
  readonly numRuntimeErrorTestSuites: number;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const none: Counts = { passed: 0, failed: 0, skipped: 0 };

const [exitCode, jestFile, pytestFile] = process.argv.slice(2);
if (exitCode === undefined || jestFile === undefined || pytestFile === undefined)
  throw new Error('usage: tsx tools/test-summary.ts EXIT-CODE JEST-RESULTS.json PYTEST-RESULTS.xml');

const times = [
  ...(existsSync(jestFile) ? suiteTimes(JSON.parse(readFileSync(jestFile, 'utf8')) as JestResults) : []),
  ...(existsSync(pytestFile) ? pythonSuiteTimes(readFileSync(pytestFile, 'utf8')) : []),
].sort(([, a], [, b]) => b - a);
if (times.length > 0) console.log('The slowest suites:');
for (const [file, seconds] of times.slice(0, 10)) console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}`);

const jest = countsIn(jestFile, ofJest);
const pytest = countsIn(pytestFile, ofPytest);
const silent = Object.entries({ jest, pytest }).filter(([, { passed, failed }]) => passed + failed === 0);
for (const [name] of silent) console.log(`${name} executed no test`);

let failed = jest.failed + pytest.failed;
// A failure outside of the tests (lint, build, a crash of jest) must not read as "0 failed".
if (failed === 0 && (silent.length > 0 || exitCode !== '0')) failed = 1;
const skipped = jest.skipped + pytest.skipped;
console.log(`${jest.passed + pytest.passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
process.exitCode = failed === 0 ? 0 : 1;

function countsIn(file: string, read: (text: string) => Counts): Counts {
  return existsSync(file) ? read(readFileSync(file, 'utf8')) : none;
}

function ofJest(text: string): Counts {
  const results = JSON.parse(text) as JestResults;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

/** The attributes of JUnit's only `<testsuite>`; pytest writes it before the output of tests. */
function ofPytest(text: string): Counts {
  const suite = /<testsuite\s[^>]*>/.exec(text)?.[0] ?? '';
  const count = (name: string): number => Number(new RegExp(`\\s${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failures = count('failures') + count('errors');
  return { passed: count('tests') - failures - count('skipped'), failed: failures, skipped: count('skipped') };
}
