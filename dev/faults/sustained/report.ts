/** The outcome as three tables, for a terminal or in Markdown. */
import { localSubscriptions } from '../../local/publisher-environment';
import { alignedTable, type Cells, markdownTable } from '../../local/text-table';
import type { Percentiles } from './latencies';
import { besideSeen } from './memory';
import type { Outcome, Sample } from './outcome';

/** How a table is written. @param isNumeric asked by a column's place */
type Writer = (lines: readonly Cells[], isNumeric: (column: number) => boolean) => string;

export const writers = { terminal: alignedTable, markdown: markdownTable } as const satisfies Record<string, Writer>;

/** Rates and times by phase. */
export function phasesTable({ phases }: Outcome, write: Writer): string {
  const titles = [
    'phase',
    'asked',
    'reached',
    'events',
    'PublishLatency p50 / p99',
    ...localSubscriptions.map(({ service }) => `delay to ${service} p50 / p99`),
  ];
  const lines = phases.map((phase) => [
    `${phase.name}, ${phase.seconds.toFixed(0)} s`,
    `${whole(phase.asked)}/s`,
    `${whole(phase.reached)}/s`,
    whole(phase.events),
    percentiles(phase.publishLatencyMs),
    ...localSubscriptions.map(({ queue }) => percentiles(phase.delayMs[queue])),
  ]);
  return write([titles, ...lines], isNumeric);
}

/** The accounting of all events. */
export function accountTable(outcome: Outcome, write: Writer): string {
  const { emitted, handled, lost, duplicates, deadLetters, failedBatches, deepest, drainSeconds, seen } = outcome;
  const deepestTotal = Object.values(deepest).reduce((sum, count) => sum + count, 0);
  const places = Object.entries(deepest).map(([place, count]) => `${place} ${whole(count)}`);
  const lines: [string, string][] = [
    ['emitted', whole(emitted)],
    ...localSubscriptions.map(({ service, queue }): [string, string] => [
      `handled by ${service}`,
      whole(handled[queue] ?? 0),
    ]),
    ['lost', whole(lost)],
    ['duplicates', whole(duplicates)],
    ['dead letters', whole(deadLetters)],
    ['batches that went back to the buffer', whole(failedBatches)],
    ['deepest backlog', `${whole(deepestTotal)} (${places.join(', ')})`],
    ['backlog drained', drainSeconds === undefined ? 'NOT' : `${drainSeconds.toFixed(1)} s after the last event`],
    ['Redis’ memory for a seen key', seen === undefined ? '–' : `${whole(seen.perKey)} bytes, for 24 h`],
  ];
  return write([['', ''], ...lines], () => false);
}

/** Memory minute by minute. */
export function memoryTable({ samples, seen }: Outcome, write: Writer): string {
  const titles = [
    'after',
    'emitted',
    'on the way',
    'Redis',
    'seen keys',
    'Redis without them',
    'publisher’s processes',
    ...localSubscriptions.map(({ service }) => service),
  ];
  const line = (sample: Sample): Cells => [
    sample.when,
    whole(sample.emitted),
    whole(sample.waiting),
    megabytes(sample.redis.used),
    whole(sample.redis.seenKeys),
    seen === undefined ? '–' : megabytes(besideSeen(sample.redis, seen)),
    processes(sample.publishers),
    ...localSubscriptions.map(({ queue }) => megabytes(sample.consumers[queue] ?? 0)),
  ];
  return write([titles, ...samples.map(line)], isNumeric);
}

function isNumeric(column: number): boolean {
  return column > 0;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

/** Count, minimum and maximum. */
function processes(sizes: readonly number[]): string {
  if (sizes.length === 0) return '–';
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)].map((bytes) => (bytes / 2 ** 20).toFixed(0));
  return `${sizes.length} × ${least === most ? '' : `${least ?? ''}–`}${most ?? ''} MB`;
}

function percentiles(times: Percentiles | undefined): string {
  return times === undefined ? '–' : `${times.p50.toFixed(0)} / ${times.p99.toFixed(0)} ms`;
}
