import { alignedTable } from '../local/text-table';
import { type ColdPath, shareOfCore } from './cold-path';
import type { ColdStarts } from './cold-start';
import type { DepthReport } from './depth';
import type { ConsumingParts, PublishingParts } from './time-breakdown';
import type { ComparisonResult, Result } from './run-comparison';

/** The target of each ratio: throughput, time or bytes of this project divided by those of the other implementation. */
const targets = {
  publisherVsBullmqSamePromises: 'at least 3',
  publisherWaitVsBullmqSamePromisesWait: 'at least 3',
  publisher100VsBullmqSamePromises100: 'at least 4.5',
  publisherVsTwoLpush: 'at least 0.5',
  publisherVsBullmqAddBulk: 'at least 1.8',
  publisherWaitVsBullmqAddBulk: 'at least 1.4',
  publisher100VsBullmqAddBulk100: 'at least 2.5',
  consumerVsBullmqWorker: 'at least 1.6',
  consumerPrefetchVsBullmqWorker: 'at least 2.3',
  consumerPrefetchVsPlainBrpoplpush: 'at least 1.6',
  coldStartVsIoredisSdk: 'at most 0.85',
  coldStartVsBareIoredis: 'at most 1.45',
  depth1MVsEmpty: 'at most 1.2',
  replicaBytesPerEventByte: 'at most 6',
} as const;
type RatioName = keyof typeof targets;
export type Ratios = Readonly<Record<RatioName, number | null>>;

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
  /** The same ratios of `publish script`, or of `a PING each`: the work that no change of the client can avoid. */
  readonly limits: Readonly<Partial<Record<RatioName, number>>>;
  /** The reason for each ratio that is null. */
  readonly notMeasured: Readonly<Partial<Record<RatioName, string>>>;
  readonly bundleBytes: number;
}

type ComparisonResults = Readonly<
  Record<'publishTens' | 'publishHundreds' | 'consumeOneByOne', Pick<ComparisonResult, 'ratio'>>
>;

/** @param replicaBytesPerEventByte for one event and two services */
export function ratiosOf(
  { publishTens, publishHundreds, consumeOneByOne }: ComparisonResults,
  coldStart: ColdStarts,
  depth: DepthReport,
  replicaBytesPerEventByte: number,
): Pick<BenchReport, 'ratios' | 'limits' | 'notMeasured'> {
  const deep = depth.entries === 1_000_000;
  return {
    ratios: {
      publisherVsBullmqSamePromises: publishTens.ratio('publisher', 'BullMQ, two queues'),
      publisherWaitVsBullmqSamePromisesWait: publishTens.ratio('publisher, WAIT 1', 'BullMQ, two queues, WAIT 1'),
      publisher100VsBullmqSamePromises100: publishHundreds.ratio('publisher', 'BullMQ, two queues'),
      publisherVsTwoLpush: publishTens.ratio('publisher', 'two LPUSHes'),
      publisherVsBullmqAddBulk: publishTens.ratio('publisher', 'BullMQ addBulk'),
      publisherWaitVsBullmqAddBulk: publishTens.ratio('publisher, WAIT 1', 'BullMQ addBulk'),
      publisher100VsBullmqAddBulk100: publishHundreds.ratio('publisher', 'BullMQ addBulk'),
      consumerVsBullmqWorker: consumeOneByOne.ratio('consumer', 'BullMQ Worker'),
      consumerPrefetchVsBullmqWorker: consumeOneByOne.ratio('consumer, prefetch 20', 'BullMQ Worker'),
      consumerPrefetchVsPlainBrpoplpush: consumeOneByOne.ratio('consumer, prefetch 20', 'BRPOPLPUSH + LREM'),
      coldStartVsIoredisSdk: coldStart.ratios.ioredisSdk,
      coldStartVsBareIoredis: coldStart.ratios.bareIoredis,
      depth1MVsEmpty: deep ? depth.worstRatio : null,
      replicaBytesPerEventByte,
    },
    limits: {
      publisherVsBullmqSamePromises: publishTens.ratio('publish script', 'BullMQ, two queues'),
      publisherWaitVsBullmqSamePromisesWait: publishTens.ratio('publish script, WAIT 1', 'BullMQ, two queues, WAIT 1'),
      publisher100VsBullmqSamePromises100: publishHundreds.ratio('publish script', 'BullMQ, two queues'),
      publisherVsTwoLpush: publishTens.ratio('publish script', 'two LPUSHes'),
      publisherVsBullmqAddBulk: publishTens.ratio('publish script', 'BullMQ addBulk'),
      publisherWaitVsBullmqAddBulk: publishTens.ratio('publish script, WAIT 1', 'BullMQ addBulk'),
      publisher100VsBullmqAddBulk100: publishHundreds.ratio('publish script', 'BullMQ addBulk'),
      consumerVsBullmqWorker: consumeOneByOne.ratio('a PING each', 'BullMQ Worker'),
    },
    notMeasured: deep ? {} : { depth1MVsEmpty: `the deep queue had ${whole(depth.entries)} entries (--quick)` },
  };
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const oneDigit = (value: number): string => value.toFixed(1);
const twoDigits = (value: number): string => value.toFixed(2);

/** The report as text. */
export function formatReport(report: BenchReport): string {
  const {
    machine,
    versions,
    results,
    limit,
    coldStart,
    coldPath,
    parts,
    depth,
    ratios,
    limits,
    notMeasured,
    bundleBytes,
  } = report;
  const lines = (entries: Readonly<Record<string, string | number>>): string =>
    Object.entries(entries)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  const tableOf = (promises: Result['promises']): string =>
    alignedTable([
      ['job', 'implementation', 'messages/s', 'spread', 'client', 'server', 'wall p50 / p99', 'without'],
      ...results.filter((result) => result.promises === promises).map(rowOf),
    ]);
  return `${lines(machine)}; ${lines(versions)}

client and server CPU time and wall time: microseconds for a batch, or for a message consumed

Same promises
${tableOf('same')}

Fewer promises, for orientation
${tableOf('fewer')}

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
cold start: publisher ${whole(coldStart.publisher.median)} ms (${twoDigits(coldStart.publisherHandler.median)} ms of it in the handler), ioredis with the SDK ${whole(coldStart.ioredisSdk.median)} ms, bare ioredis ${whole(coldStart.bareIoredis.median)} ms; publisher's bundle ${whole(bundleBytes)} bytes

${formatColdPath(coldPath)}

redis-benchmark: ${Object.entries(limit)
    .map(([name, perSecond]) => `${name} ${whole(perSecond)}/s`)
    .join(', ')}

${alignedTable([
  ['ratio', 'measured', 'target', 'limit'],
  ...(Object.keys(targets) as RatioName[]).map((name) => {
    const ratio = ratios[name];
    const limit = limits[name];
    return [
      name,
      ratio === null ? `not measured: ${notMeasured[name] ?? ''}` : twoDigits(ratio),
      targets[name],
      limit === undefined ? '' : twoDigits(limit),
    ];
  }),
])}`;
}

function rowOf({ job, label, messagesPerSecond: { median, least, most }, batch, without }: Result): string[] {
  const microseconds = (ms: number): string => whole(ms * 1000);
  const { wallMs } = batch;
  return [
    job,
    label,
    whole(median),
    `${whole(least)} to ${whole(most)}`,
    microseconds(batch.clientCpuMs),
    microseconds(batch.serverCpuMs),
    wallMs === undefined ? '' : `${microseconds(wallMs.p50)} / ${microseconds(wallMs.p99)}`,
    without,
  ];
}

/** The cold path as a table. */
function formatColdPath({ initMs, steps }: ColdPath): string {
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
