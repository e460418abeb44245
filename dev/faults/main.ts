/** `make test-faults`: breaks one part of the pipeline after the other under load, and accounts for every event. */
import { createWriteStream } from 'node:fs';
import type { Fault } from './fault';
import { selectedFaults, optionsOf, seedOf, UsageError } from './options';
import { randomFrom } from './random';
import { redisKinds } from './redis-under-test';
import { textOf } from './alarm-condition';
import { recordRows } from './recorded-rows';
import { isSound, tableOf } from './report';
import { FaultRun, type Row } from './run-fault';
import { PipelineUnderTest } from './pipeline-under-test';

const help = `Breaks one part of the pipeline after the other under steady load, and accounts for every event.

  make test-faults [ARGS="--only 1,4 --seed 7"]
  make test-faults ENGINE=redis-8    on another engine: redis-7.0, redis-8, valkey-8

  --only N[,N…]  these faults only
  --quick        shortens faults that last for minutes; not with --write
  --seed S       chance that can be repeated [a new one, shown]
  --json         a line of JSON for each fault instead of the table
  --list         the faults and what alarms must see; runs nothing
  --write        also writes the rows that are as they should be into docs/faults.md, beside those of earlier runs
  --log FILE     what functions and consumers print
  --help

Exit code: 0 nothing was lost or wrongly dead-lettered, and the metrics showed each fault; 1 not so; 2 called wrongly.`;

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs the faults one after the other, those of each kind of Redis in one pipeline. */
async function runAll(
  faults: readonly Fault[],
  { seed, quick }: { readonly seed: number; readonly quick: boolean },
  onRow: (row: Row) => void,
  onLine: (line: string) => void,
): Promise<void> {
  const random = randomFrom(seed);
  for (const redis of redisKinds) {
    const own = faults.filter((fault) => (fault.redis ?? 'pair') === redis);
    if (own.length === 0) continue;
    const pipeline = await PipelineUnderTest.start({ redis, random, onLine });
    try {
      for (const fault of own) {
        progress(`${fault.number} ${fault.name} …`);
        onLine(`faults: ${fault.number} ${fault.name}`);
        onRow(await new FaultRun(pipeline, fault, random, quick).run());
      }
    } finally {
      await pipeline.stop();
    }
  }
}

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options.help) {
    console.log(help);
    return 0;
  }
  const faults = selectedFaults(options.only);
  if (options.list) {
    for (const { number, name, alarms } of faults) {
      const seen = alarms.length === 0 ? 'nothing that an alarm must see' : alarms.map(textOf).join(', ');
      console.log(`${String(number).padStart(2)}  ${name} (${seen})`);
    }
    return 0;
  }
  const seed = seedOf(options.seed);
  progress(`seed ${seed}`);
  const log = options.log === undefined ? undefined : createWriteStream(options.log);
  const rows: Row[] = [];
  const startedMs = Date.now();
  await runAll(
    faults,
    { seed, quick: options.quick },
    (row) => {
      rows.push(row);
      if (options.json) console.log(JSON.stringify(row));
      for (const problem of row.problems) progress(`  ${problem}`);
      progress(
        `  ${row.events} events, ${row.lost} lost, ${row.wrongDeadLetters} wrong dead letters, ${row.duplicates} duplicates, ${row.seconds.toFixed(1)} s`,
      );
    },
    (line) => log?.write(`${new Date().toISOString()} ${line}\n`),
  );
  log?.end();
  const seconds = (Date.now() - startedMs) / 1000;
  if (!options.json) console.log(`${tableOf(rows)}\n`);
  if (options.write) recordRows(rows, seed);
  const unsound = rows.filter((row) => !isSound(row));
  progress(
    unsound.length === 0
      ? `${rows.length} faults, nothing lost, the metrics showed each fault; ${seconds.toFixed(0)} s, seed ${seed}`
      : `not as it should be: ${unsound.map(({ number }) => number).join(', ')}; seed ${seed}`,
  );
  return unsound.length === 0 ? 0 : 1;
}

main().then(
  // Open handles must not keep the program alive; its child processes end with it.
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
