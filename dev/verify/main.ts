/** `make verify`: checks the model of the queue protocol exhaustively, and that each mutation of it has a counterexample. */
import { availableParallelism } from 'node:os';
import { alignedTable } from '../local/text-table';
import { type Check, checks, properties } from './checks';
import { type Finding, runCheck } from './run-check';

interface Result {
  readonly check: Check;
  readonly finding: Finding;
}

function isExpected({ check, finding }: Result): boolean {
  return finding.violation?.property === check.violates;
}

function lineOf({ check, finding }: Result): string[] {
  const { states, seconds, megabytes, violation } = finding;
  const result = violation === undefined ? 'all hold' : `violated: ${violation.property}`;
  return [
    check.name,
    isExpected({ check, finding }) ? result : `${result}, expected ${check.violates ?? 'none'}`,
    states.toLocaleString('en'),
    seconds.toFixed(1),
    megabytes.toFixed(0),
  ];
}

function counterexampleOf({ check, finding }: Result): string {
  const { property, steps } = finding.violation ?? { property: '', steps: [] };
  // A cycle is not the shortest one: most of its steps have no part in it.
  const shown =
    steps.length > 12 ? [...steps.slice(0, 3), `… ${steps.length - 3} steps that change nothing of it`] : steps;
  return [`${check.name}: ${properties[property] ?? property}`, ...shown.map((step) => `  ${step}`)].join('\n');
}

/** All checks, as many at once as there are processors. */
async function runAll(): Promise<Result[]> {
  const waiting = [...checks];
  const results: Result[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      results.push({ check, finding: await runCheck(check) });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results.sort((a, b) => checks.indexOf(a.check) - checks.indexOf(b.check));
}

async function main(): Promise<number> {
  const startedMs = performance.now();
  const results = await runAll();
  const titles = ['check', 'properties', 'states', 's', 'MB'];
  console.log(alignedTable([titles, ...results.map(lineOf)], (column) => column > 1));
  for (const result of results.filter(({ finding }) => finding.violation !== undefined))
    console.log(`\n${counterexampleOf(result)}`);
  const wrong = results.filter((result) => !isExpected(result));
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.log(
    wrong.length === 0
      ? `\nThe protocol keeps every property, and each mutation violates one; ${seconds} s`
      : `\nUnexpected results: ${wrong.map(({ check }) => check.name).join('; ')}; ${seconds} s`,
  );
  return wrong.length === 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 2;
  },
);
