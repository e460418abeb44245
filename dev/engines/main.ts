/** `make test-engines`: the suites that depend on the server, on every engine, one after the other. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { documentOf } from './document';
import { availabilityOf, runSuite } from './run-suite';
import { type Engine, type EngineResult, engines, isGood, suiteNames } from './suites';

const help = `Runs the suites that depend on the server on every engine.

  make test-engines [ARGS="--engine redis-8 --suite queue,faults"]

  --engine NAME[,NAME…]  these engines only: ${engines.join(', ')}
  --suite NAME[,NAME…]   these suites only: ${suiteNames.join(', ')}
  --write                writes docs/engines.md from these results and the previous ones of the others
  --help

Exit code: 0 all passed; 1 a test failed or an engine is not available; 2 called wrongly.`;

const root = join(__dirname, '../..');
/** The latest result of each suite and engine, from which docs/engines.md is generated. */
const resultsFile = join(__dirname, 'recorded-results.json');

class UsageError extends Error {}

/** @throws UsageError */
function selected<Name extends string>(
  option: string,
  names: readonly Name[],
  value: string | undefined,
): readonly Name[] {
  return (
    value?.split(',').map((text) => {
      const name = names.find((each) => each === text);
      if (name === undefined) throw new UsageError(`Unknown ${option} "${text}". Available: ${names.join(', ')}`);
      return name;
    }) ?? names
  );
}

async function resultsOf(
  engine: Engine,
  chosen: typeof suiteNames,
  keep: (result: EngineResult) => void,
): Promise<void> {
  const availability = availabilityOf(engine);
  for (const suite of chosen) {
    const date = new Date().toISOString().slice(0, 10);
    if ('reason' in availability) keep({ engine, suite, date, ...availability });
    else keep({ engine, suite, date, ...availability, ...(await runSuite(engine, suite)) });
  }
}

async function main(args: readonly string[]): Promise<number> {
  const options = {
    engine: { type: 'string' },
    suite: { type: 'string' },
    write: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const chosenEngines = selected('engine', engines, values.engine);
  const chosenSuites = selected('suite', suiteNames, values.suite);
  let results = JSON.parse(readFileSync(resultsFile, 'utf8')) as EngineResult[];
  const news: EngineResult[] = [];
  for (const engine of chosenEngines) {
    await resultsOf(engine, [...chosenSuites], (result) => {
      news.push(result);
      results = [...results.filter((each) => each.engine !== engine || each.suite !== result.suite), result];
      if (values.write === true) {
        writeFileSync(resultsFile, `[\n${results.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`);
        writeFileSync(join(root, 'docs/engines.md'), documentOf(results));
      }
      console.log(lineOf(result));
    });
  }
  return news.every(isGood) ? 0 : 1;
}

function lineOf(result: EngineResult): string {
  if (!('version' in result)) return `${result.engine} is not available: ${result.reason}`;
  const failures = result.failed.map((name) => `\n  failed: ${name}`);
  return `${result.version}, ${result.suite}: ${result.passed} passed, ${failures.length} failed${failures.join('')}`;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const usage =
      error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
    console.error(usage ? (error as Error).message : error);
    process.exitCode = 2;
  },
);
