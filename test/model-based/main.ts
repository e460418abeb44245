/** The long search for a scenario that violates a guarantee: `make test-model`. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startRedis } from '../../dev/local/redis-server';
import { connect } from '../../queue/connection';
import { type Finding, search, type SearchOptions } from './search';

const usage = `make test-model ARGS="[--seconds N | --runs N] [--seed N] [--path P] [--steps N]"
  --seconds  duration of the search (default 300)
  --runs     maximum number of scenarios
  --seed     seed of the random scenarios; printed at the start
  --path     repeats one scenario; printed with a failure
  --steps    maximum steps of a scenario (default 80)`;

function readArguments(): SearchOptions {
  const names = ['seed', 'runs', 'seconds', 'steps'] as const;
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { seed: text, runs: text, seconds: text, steps: text, path: text } });
  const numbers: Partial<Record<(typeof names)[number], number>> = {};
  for (const name of names) {
    const value = values[name];
    if (value === undefined) continue;
    if (!/^-?\d{1,15}$/.test(value))
      throw new TypeError(`--${name} must be a whole number, got ${JSON.stringify(value)}`);
    numbers[name] = Number(value);
  }
  const { path } = values;
  const endless = numbers.runs === undefined && path === undefined;
  return {
    seed: randomInt(2 ** 31),
    ...(endless ? { seconds: 300 } : {}),
    ...numbers,
    ...(path === undefined ? {} : { path, runs: numbers.runs ?? 1 }),
  };
}

async function main(): Promise<number> {
  let options: SearchOptions;
  try {
    options = readArguments();
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    return 2;
  }
  process.stdout.write(`seed ${options.seed}\n`);
  const server = await startRedis({ replica: false });
  const clients = [await connect(server), await connect(server)] as const;
  const startedMs = Date.now();
  let printedMs = 0;
  const progress = ({ scenarios, steps }: Finding): void => {
    if (Date.now() - printedMs < (process.stdout.isTTY ? 1000 : 30_000)) return;
    printedMs = Date.now();
    const line = `${Math.round((printedMs - startedMs) / 1000)} s: ${scenarios} scenarios, ${steps} steps`;
    process.stdout.write(process.stdout.isTTY ? `\r${line}` : `${line}\n`);
  };
  try {
    const { scenarios, steps, failure } = await search(...clients, options, progress);
    const counts = `${scenarios} scenarios with ${steps} steps`;
    process.stdout.write(
      failure === undefined ? `\n${counts}: all guarantees hold\n` : `\nafter ${counts}:\n\n${failure}\n`,
    );
    return failure === undefined ? 0 : 1;
  } finally {
    for (const client of clients) client.disconnect();
    await server.stop();
  }
}

void main().then((code) => (process.exitCode = code));
