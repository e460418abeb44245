import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Check } from './checks';

const model = join(__dirname, 'model.pml');
const run = promisify(execFile);

/** What the model checker found. */
export interface Finding {
  readonly states: number;
  readonly seconds: number;
  readonly megabytes: number;
  /** The violated property, by its name in the model, and the steps to it. */
  readonly violation?: { readonly property: string; readonly steps: readonly string[] };
}

/**
 * Compiles the model with the check's macros and searches all of its states.
 * @throws Error if spin or the compiler is missing, or the search does not cover every state.
 */
export async function runCheck(check: Check): Promise<Finding> {
  const folder = await mkdtemp(join(tmpdir(), 'model-events-verify-'));
  try {
    return await searchIn(folder, check);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function searchIn(cwd: string, { name, defines, liveness = false, violates }: Check): Promise<Finding> {
  const macros = defines.map((define) => `-D${define}`);
  const call = async (program: string, args: readonly string[]): Promise<string> =>
    (await run(program, args, { cwd, maxBuffer: 2 ** 28 })).stdout;
  await copyFile(model, join(cwd, 'model.pml'));
  await call('spin', [...macros, '-a', 'model.pml']);
  // Partial order reduction finds nothing to leave out here. NFAIR=4 suffices for the number of processes.
  const search = liveness ? ['-DNFAIR=4'] : ['-DSAFETY', '-DNOCLAIM'];
  // Breadth first finds the shortest counterexample, depth first needs less memory.
  if (!liveness && violates !== undefined) search.push('-DBFS');
  await call('gcc', ['-O2', '-w', '-DNOREDUCE', ...search, '-o', 'pan', 'pan.c']);
  const startedMs = performance.now();
  const output = await call('./pan', ['-m200000', '-w23', ...(liveness ? ['-a', '-f'] : [])]);
  const seconds = (performance.now() - startedMs) / 1000;
  const [, errors] = /errors: (\d+)/.exec(output) ?? [];
  if (errors === undefined || (errors === '0' && /max search depth too small|not completed/.test(output)))
    throw new Error(`${name}: the search does not cover every state:\n${output}`);
  const numberIn = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? NaN);
  const figures = {
    states: numberIn(/(\d+) states, stored/),
    seconds,
    megabytes: numberIn(/([\d.]+)\s+total actual memory usage/),
  };
  if (errors === '0') return figures;
  const replay = await call('spin', ['-T', '-t', ...macros, 'model.pml']);
  return { ...figures, violation: { property: await propertyIn(replay), steps: stepsIn(replay) } };
}

/** A cycle violates the one temporal property; an assertion names its property in a comment on its line. */
async function propertyIn(replay: string): Promise<string> {
  const [, line] = /model\.pml:(\d+), Error: assertion violated/.exec(replay) ?? [];
  if (line === undefined) return 'claims-end';
  const text = (await readFile(model, 'utf8')).split('\n')[Number(line) - 1] ?? '';
  return /property: ([\w-]+)/.exec(text)?.[1] ?? text;
}

function stepsIn(replay: string): string[] {
  const [trail = ''] = replay.split(/^spin: /m);
  return trail
    .split('\n')
    .filter((line) => line !== '' && !/^(?:ltl |Never claim)/.test(line))
    .map((line) => (line.includes('START OF CYCLE') ? 'and then forever:' : line));
}
