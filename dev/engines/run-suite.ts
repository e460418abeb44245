/** Runs one suite on one engine. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { isSound } from '../faults/report';
import { serverVersion } from '../faults/run-conditions';
import type { Row } from '../faults/run-fault';
import { type Availability, type Engine, faultSuites, type Outcome, type Suite, testSuites } from './suites';

const root = join(__dirname, '../..');
const onEngine = join(root, 'tools/on-engine.sh');

/** Unpacks the engine if it is not there. */
export function availabilityOf(engine: Engine): Availability {
  const { stdout, stderr } = spawnSync(onEngine, [engine, 'redis-server', '--version'], { encoding: 'utf8' });
  const version = serverVersion(stdout);
  if (version !== undefined) return { version };
  return { reason: /^error: (?:\S+ is not available: )?(.*)$/m.exec(stderr)?.[1] ?? stderr.trim() };
}

/** What the suite prints goes to stderr. @throws if it cannot be run at all */
export async function runSuite(engine: Engine, suite: Suite): Promise<Outcome> {
  return suite in faultSuites
    ? runFaults(engine, faultSuites[suite as keyof typeof faultSuites])
    : runJest(engine, testSuites[suite as keyof typeof testSuites]);
}

/** What is read of jest's `--json` output. */
interface JestResults {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

async function runJest(engine: Engine, parameters: readonly string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-engines-'));
  try {
    const file = join(folder, 'results.json');
    await outputOf(engine, ['jest', ...parameters, '--json', `--outputFile=${file}`]);
    const { numPassedTests, testResults } = JSON.parse(readFileSync(file, 'utf8')) as JestResults;
    const failed = testResults.flatMap(({ name, status, assertionResults }) => {
      const titles = assertionResults.filter((each) => each.status === 'failed').map(({ fullName }) => fullName);
      // A file that cannot be run has no test that failed.
      return titles.length === 0 && status === 'failed' ? [relative(root, name)] : titles;
    });
    return { passed: numPassedTests, failed };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runFaults(engine: Engine, numbers: readonly number[]): Promise<Outcome> {
  const program = ['tsx', '--require', './tools/lua-require.cjs', 'dev/faults/main.ts'];
  const options = ['--only', numbers.join(','), '--seed', '1', '--json'];
  const lines = (await outputOf(engine, [...program, ...options])).split('\n');
  const rows = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Row);
  const sound = rows.filter(isSound).map(({ number }) => number);
  // A run that ends early has no row for the others.
  return {
    passed: sound.length,
    failed: numbers.filter((number) => !sound.includes(number)).map((number) => `fault ${number}`),
  };
}

async function outputOf(engine: Engine, command: readonly string[]): Promise<string> {
  const child = spawn(onEngine, [engine, ...command], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return output;
}
