import { alignedTable } from '../local/text-table';
import { type ColdPath, shareOfCore } from './cold-path';
import type { ColdStarts } from './cold-start';
import type { DepthReport } from './depth';
import type { ConsumingParts, PublishingParts } from './time-breakdown';
import type { ComparisonResult, Result } from './run-comparison';

/** Our throughput or time divided by that of the other implementation. */
export interface Ratios {
  readonly publisherVsBullmqAddBulk: number;
  readonly publisherWaitVsBullmqAddBulk: number;
  readonly publisher100VsBullmqAddBulk100: number;
  readonly publisherVsIoredisVariadicLpush: number;
  readonly consumerVsBullmqWorker: number;
  readonly consumerVsPlainBrpoplpush: number;
  /** The consumer with messages claimed ahead. */
  readonly consumerPrefetchVsPlainBrpoplpush: number;
  readonly coldStartVsBareIoredis: number;
  readonly depth1MVsEmpty: number;
}

/** The target of each ratio. */
const targets: Readonly<Record<keyof Ratios, string>> = {
  publisherVsBullmqAddBulk: 'at least 2.5',
  publisherWaitVsBullmqAddBulk: 'at least 2',
  publisher100VsBullmqAddBulk100: 'at least 3',
  publisherVsIoredisVariadicLpush: 'at least 0.5',
  consumerVsBullmqWorker: 'at least 2',
  consumerVsPlainBrpoplpush: 'at least 0.7',
  consumerPrefetchVsPlainBrpoplpush: 'at least 1',
  coldStartVsBareIoredis: 'at most 1.5',
  depth1MVsEmpty: 'at most 1.2',
};

/** The document that `--json` prints. */
export interface BenchReport {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
  readonly limit: Readonly<Record<string, number>>;
  readonly coldStart: ColdStarts;
  readonly coldPath: ColdPath;
  readonly parts: { readonly publishing: readonly PublishingParts[]; readonly consuming: ConsumingParts };
  readonly depth: DepthReport;
  readonly ratios: Ratios;
  readonly bundleBytes: number;
}

type ComparisonResults = Readonly<
  Record<'publishTens' | 'publishHundreds' | 'consumeOneByOne' | 'consumeTens', Pick<ComparisonResult, 'ratio'>>
>;

export function ratiosOf(comparisons: ComparisonResults, coldStart: ColdStarts, depth: DepthReport): Ratios {
  const { publishTens, publishHundreds, consumeOneByOne } = comparisons;
  return {
    publisherVsBullmqAddBulk: publishTens.ratio('publisher', 'BullMQ addBulk'),
    publisherWaitVsBullmqAddBulk: publishTens.ratio('publisher, WAIT 1', 'BullMQ addBulk'),
    publisher100VsBullmqAddBulk100: publishHundreds.ratio('publisher', 'BullMQ addBulk'),
    publisherVsIoredisVariadicLpush: publishTens.ratio('publisher', 'ioredis LPUSH'),
    consumerVsBullmqWorker: consumeOneByOne.ratio('consumer', 'BullMQ Worker'),
    consumerVsPlainBrpoplpush: consumeOneByOne.ratio('consumer', 'BRPOPLPUSH + LREM'),
    consumerPrefetchVsPlainBrpoplpush: consumeOneByOne.ratio('consumer, prefetch 20', 'BRPOPLPUSH + LREM'),
    coldStartVsBareIoredis: coldStart.ratio,
    depth1MVsEmpty: depth.worstRatio,
  };
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const oneDigit = (value: number): string => value.toFixed(1);
const twoDigits = (value: number): string => value.toFixed(2);

/** The report as text. */
export function formatReport(report: BenchReport): string {
  const { machine, versions, results, limit, coldStart, coldPath, parts, depth, ratios, bundleBytes } = report;
  const lines = (entries: Readonly<Record<string, string | number>>): string =>
    Object.entries(entries)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  const rows = results.map(({ job, label, messagesPerSecond: { median, least, most }, batchMs }) => [
    job,
    label,
    whole(median),
    `${whole(least)} to ${whole(most)}`,
    batchMs === undefined ? '' : `${twoDigits(batchMs.p50)} / ${twoDigits(batchMs.p99)}`,
  ]);
  return `${lines(machine)}; ${lines(versions)}

${alignedTable([['job', 'implementation', 'messages/s', 'spread', 'batch ms p50 / p99'], ...rows])}

${alignedTable([
  ['microseconds for a message', 'parsing', 'script in Redis', 'client and network'],
  ...parts.publishing.map(({ batchSize, reading, script, transport }) => [
    `publish, batches of ${batchSize}`,
    ...[reading, script, transport].map(oneDigit),
  ]),
])}
consume, in Redis: claim ${oneDigit(parts.consuming.claimOne)}, in a claim for ten ${oneDigit(parts.consuming.claimOfTen)}; acknowledge ${oneDigit(parts.consuming.acknowledge)}

${alignedTable([
  ['operation', 'empty ms', 'deep ms', 'ratio'],
  ...depth.costs.map((cost) => [cost.operation, ...[cost.emptyMs, cost.deepMs, cost.ratio].map(twoDigits)]),
])}

in the deep queue: a run of the monitor ${twoDigits(depth.looksMs.monitor)} ms, the console's overview ${twoDigits(depth.looksMs.consoleOverview)} ms, its dead letters ${twoDigits(depth.looksMs.consoleDeadLetters)} ms
Redis' memory for a message: ${twoDigits(depth.memoryPerByte)} x its size in each queue, and ${whole(depth.seenKeyBytes)} bytes for its seen key
cold start: publisher ${whole(coldStart.publisher.median)} ms (${twoDigits(coldStart.publisherHandler.median)} ms of it in the handler), bare ioredis ${whole(coldStart.bareIoredis.median)} ms; publisher's bundle ${whole(bundleBytes)} bytes

${formatColdPath(coldPath)}

redis-benchmark: ${Object.entries(limit)
    .map(([name, perSecond]) => `${name} ${whole(perSecond)}/s`)
    .join(', ')}

${alignedTable([
  ['ratio', 'measured', 'target'],
  ...Object.entries(ratios).map(([name, value]) => [name, twoDigits(value as number), targets[name as keyof Ratios]]),
])}`;
}

/** The cold path as a table. */
export function formatColdPath({ initMs, steps }: ColdPath): string {
  const rows = steps.map(({ event, fullCoreMs, cpuMs, share }) => [
    event,
    oneDigit(fullCoreMs),
    oneDigit(cpuMs),
    share === undefined ? 'not measured' : `${oneDigit(share.median)} (${oneDigit(share.most)})`,
    oneDigit(cpuMs / shareOfCore),
  ]);
  return `${alignedTable([
    [
      'handler, one event: ms',
      'full core',
      'CPU time',
      `${shareOfCore} of a core (longest)`,
      `CPU time / ${shareOfCore}`,
    ],
    ...rows,
  ])}
before the first event of a new process: ${whole(initMs)} ms of initialization, on a full core`;
}
