/**
 * How long each test file took, from jest's `--json` output. `npm run suite-times` writes those of dist/test-results.json where the
 * sequencer reads them (tools/jest/sequencer.cjs).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** What is read of jest's output. */
export interface TimedResults {
  readonly testResults: readonly { readonly name: string; readonly startTime: number; readonly endTime: number }[];
}

type SuiteTime = readonly [file: string, seconds: number];

/** jest's files and their seconds, the slowest first. */
export function suiteTimes({ testResults }: TimedResults): readonly SuiteTime[] {
  return testResults
    .map(({ name, startTime, endTime }) => [relative(process.cwd(), name), (endTime - startTime) / 1000] as const)
    .sort(([, a], [, b]) => b - a);
}

/** pytest's files and their seconds, from its JUnit report. */
export function pythonSuiteTimes(report: string): readonly SuiteTime[] {
  const times = new Map<string, number>();
  for (const [, name = '', seconds] of report.matchAll(/<testcase classname="([^"]*)"[^>]*? time="([\d.]+)"/g)) {
    const file = `clients/python/${name.replaceAll('.', '/')}.py`;
    times.set(file, (times.get(file) ?? 0) + Number(seconds));
  }
  return [...times];
}

/** Faster ones need no place in the order. */
const leastSeconds = 3;
const target = 'tools/jest/suite-seconds.json';

if (process.argv[1] === __filename) {
  const results = JSON.parse(readFileSync('dist/test-results.json', 'utf8')) as TimedResults;
  const slow = suiteTimes(results).filter(([, seconds]) => seconds >= leastSeconds);
  const rounded = Object.fromEntries(slow.map(([file, seconds]) => [file, Math.round(seconds)]));
  writeFileSync(target, `${JSON.stringify(rounded, null, 2)}\n`);
  console.log(`${target}: ${slow.length} suites`);
}
