/** `make test-load`: sustained load through the whole pipeline, then a burst, and the account of every event. */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runConditions } from '../run-conditions';
import { UsageError } from '../options';
import { documentOf } from './document';
import { PublishLatencies } from './latencies';
import { argumentsOf, askedOf } from './options';
import { isSound, type Outcome } from './outcome';
import { accountTable, memoryTable, phasesTable, writers } from './report';
import { SustainedPipeline } from './pipeline';
import { SustainedRun } from './run';

const help = `Sends events through the whole pipeline at a steady rate, then faster, and accounts for every one.

  make test-load [ARGS="--rate 1000 --minutes 10 --burst 5 --burst-minutes 1"]

  --rate N           messages a second [1000]
  --minutes M        for so long [10]
  --burst F          then F times the rate, or what the machine can emit [5]
  --burst-minutes M  for so long; 0: no burst [1]
  --seed S           chance that can be repeated: the sizes of the events [a new one, shown]
  --json             one JSON document on standard output, nothing else
  --write            also writes docs/load.md
  --log FILE         what functions and consumers print
  --help

Exit code: 0 nothing was lost and the backlog drained; 1 not so; 2 called wrongly; 130 interrupted. Ctrl-C ends it cleanly.`;

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
}

function textOf(outcome: Outcome, seconds: number): string {
  const { terminal } = writers;
  const tables = [phasesTable, accountTable, memoryTable].map((table) => table(outcome, terminal));
  return [runConditions({ seed: outcome.plan.seed, seconds }), ...tables].join('\n\n');
}

async function main(): Promise<number> {
  const { plan, ...asked } = askedOf(process.argv.slice(2));
  if (asked.help) {
    console.log(help);
    return 0;
  }
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve('interrupted'));
  });
  process.stderr.write(`${argumentsOf(plan)}\n`);
  const log = asked.log === undefined ? undefined : createWriteStream(asked.log);
  const latencies = new PublishLatencies();
  const startedMs = Date.now();
  const onLine = (name: string, line: string): void => {
    if (name === 'publisher') latencies.take(line);
    log?.write(`${new Date().toISOString()} ${name}: ${line}\n`);
  };
  const starting = SustainedPipeline.start({ onLine });
  const ran = starting.then((pipeline) => new SustainedRun(pipeline, plan, latencies, progress).run());
  const outcome = await Promise.race([ran, interrupted]).finally(() => starting.then((pipeline) => pipeline.stop()));
  progress('');
  log?.end();
  if (outcome === 'interrupted') return 130;

  const seconds = (Date.now() - startedMs) / 1000;
  console.log(asked.json ? JSON.stringify(outcome) : textOf(outcome, seconds));
  if (asked.write) await writeFile(join(__dirname, '../../../docs/load.md'), documentOf(outcome, seconds));
  for (const problem of outcome.problems) process.stderr.write(`${problem}\n`);
  return isSound(outcome) ? 0 : 1;
}

main().then(
  // Open handles must not keep the program alive; its child processes end with it.
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
