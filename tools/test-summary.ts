/**
 * Prints the counts of a jest run as one line that machines read, "N passed, N failed[, N skipped]":
 * `tsx tools/test-summary.ts RESULTS.json EXIT-CODE`, where the exit code is that of the command that ran the tests.
 * Exit code 1 where anything failed or no test was executed.
 */
import { existsSync, readFileSync } from 'node:fs';

/** What is read of jest's `--json` output. */
interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Test files that could not be run at all, so that their tests are counted nowhere else. */
  readonly numRuntimeErrorTestSuites: number;
}

const [path, exitCode] = process.argv.slice(2);
if (path === undefined || exitCode === undefined)
  throw new Error('usage: tsx tools/test-summary.ts RESULTS.json EXIT-CODE');

const counts = readCounts(path);
const nothingRan = counts.passed + counts.failed === 0;
// A failure outside of the tests (lint, build, a crash of jest) must not read as "0 failed".
if (nothingRan || (exitCode !== '0' && counts.failed === 0)) counts.failed += 1;
if (nothingRan) console.log('no test was executed');
const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed === 0 ? 0 : 1;

function readCounts(file: string): { passed: number; failed: number; skipped: number } {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0 };
  const results = JSON.parse(readFileSync(file, 'utf8')) as JestResults;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}
