/** docs/cost.md: what the synthesized templates cost in a month without registrations. */
import { type CreatedRedisKind, createdRedisKinds, type Environment } from '../../config/environment';
import { readEnvironment } from '../../config/read-environment';
import { monitorMetrics } from '../../contract/metrics';
import { withStacks } from './created-stacks';
import { heading, paragraph } from './markdown';
import { hoursAMonth, memoryDbPrices, nodePrices, type Price, prices, pricesOf } from './prices';

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** One line of the bill. */
export interface CostLine {
  readonly what: string;
  /** Units in a month. */
  readonly quantity: number;
  /** How the quantity comes about. */
  readonly calculation: string;
  readonly price: Price;
  /** What could be saved, and at which loss. */
  readonly avoidable: string;
}

const runsAMonth = hoursAMonth * 60;
/** Five pollers of each mapping, each with a request of 20 s: "Using Lambda with Amazon SQS", polling and batching. */
const pollsAMonth = 5 * 3 * runsAMonth;
/** What ElastiCache bills an empty Serverless cache of Valkey for. */
const leastServerlessGigabytes = 0.1;
/** Assumptions about a run of the monitor. */
const monitorRun = { seconds: 0.1, gigabytes: 0.25, logGigabytes: 3e-6 } as const;

/** The idle bill of an environment's pipeline and created Redis. */
export function idleCost(environment: Environment): CostLine[] {
  const resources = resourcesOf(environment);
  const of = (type: string): Readonly<Record<string, unknown>>[] =>
    resources.filter(({ Type }) => Type === type).map(({ Properties = {} }) => Properties);
  const zones = of('AWS::EC2::VPCEndpoint').flatMap(({ SubnetIds }) => SubnetIds as unknown[]).length;
  const alarms = of('AWS::CloudWatch::Alarm').flatMap(({ Metrics }) => metricsIn(Metrics)).length;
  const count = (type: string): number => of(type).length;
  const lines: CostLine[] = [
    ...of('AWS::ElastiCache::ReplicationGroup').map((group) => nodeLine(group)),
    {
      what: 'Redis, Serverless',
      quantity: count('AWS::ElastiCache::ServerlessCache') * leastServerlessGigabytes * hoursAMonth,
      calculation: `at least ${leastServerlessGigabytes} GB × ${hoursAMonth} h; commands cost less than a cent`,
      price: prices.serverlessData,
      avoidable: 'no',
    },
    {
      what: 'interface endpoints',
      quantity: zones * hoursAMonth,
      calculation: `${zones} zones of ${count('AWS::EC2::VPCEndpoint')} endpoints × ${hoursAMonth} h`,
      price: prices.endpoint,
      avoidable: 'with a NAT gateway that the VPC has anyway',
    },
    {
      what: 'alarms',
      quantity: alarms,
      calculation: `${count('AWS::CloudWatch::Alarm')} alarms on ${alarms} metrics`,
      price: prices.alarm,
      avoidable: '`alarms.scope: "essential"` leaves out objectives and single nodes',
    },
    {
      what: 'composite alarms',
      quantity: count('AWS::CloudWatch::CompositeAlarm'),
      calculation: 'page, backlog, and three for each objective',
      price: prices.compositeAlarm,
      avoidable: 'those of the objectives, with `alarms.scope: "essential"`',
    },
    {
      what: 'custom metrics',
      quantity: metricsOf(environment),
      calculation: 'those that the monitor emits in each minute; the depths of SQS and the nodes’ metrics are free',
      price: prices.metric,
      avoidable: 'no: alarms read them',
    },
    {
      what: 'dashboard',
      quantity: count('AWS::CloudWatch::Dashboard'),
      calculation: 'one',
      price: prices.dashboard,
      avoidable: 'no: the console is on it; three a month and account are free',
    },
    {
      what: 'KMS keys',
      quantity: count('AWS::KMS::Key'),
      calculation: 'topics; Redis and its secret. The first two yearly rotations of a key add its price once more each',
      price: prices.key,
      avoidable: 'no: CloudWatch cannot publish to a topic with AWS’s own key',
    },
    {
      what: 'secrets',
      quantity: count('AWS::SecretsManager::Secret'),
      calculation: 'of a created Redis',
      price: prices.secret,
      avoidable: 'no',
    },
    {
      what: 'Lambda’s polling of SQS',
      quantity: (count('AWS::Lambda::EventSourceMapping') * pollsAMonth) / 1e6,
      calculation: `${count('AWS::Lambda::EventSourceMapping')} queues × 5 pollers × 3 a minute`,
      price: prices.sqsRequests,
      avoidable: 'no; a million a month and account is free',
    },
    {
      what: 'runs of the monitor',
      quantity: runsAMonth / 1e6,
      calculation: 'one a minute',
      price: prices.invocations,
      avoidable: 'no: it returns lost claims',
    },
    {
      what: 'their duration',
      quantity: runsAMonth * monitorRun.seconds * monitorRun.gigabytes,
      calculation: `${monitorRun.seconds} s and ${monitorRun.gigabytes} GB a run, assumed`,
      price: prices.duration,
      avoidable: 'no',
    },
    {
      what: 'their traces',
      quantity: runsAMonth / 1e6,
      calculation: 'one a run; 100,000 a month and account are free',
      price: prices.traces,
      avoidable: 'no',
    },
    {
      what: 'their log',
      quantity: runsAMonth * monitorRun.logGigabytes,
      calculation: '3 KB a run, assumed',
      price: prices.logs,
      avoidable: 'no',
    },
  ];
  return lines.filter(({ quantity }) => quantity > 0);
}

/** What CloudWatch does not bill an account in any month: ten alarms, ten metrics, three dashboards, of which one is ours. */
export const freeAMonth = 10 * prices.alarm.usd + 10 * prices.metric.usd + prices.dashboard.usd;

export const totalOf = (lines: readonly CostLine[]): number =>
  lines.reduce((sum, { quantity, price }) => sum + quantity * price.usd, 0);

function nodeLine(group: Readonly<Record<string, unknown>>): CostLine {
  const type = String(group['CacheNodeType']);
  const shards = Number(group['NumNodeGroups'] ?? 1);
  const nodes = shards * Number(group['NumCacheClusters'] ?? Number(group['ReplicasPerNodeGroup']) + 1);
  const price = nodePrices[type];
  if (price === undefined) throw new Error(`${type} has no price: add it to tools/generators/prices.ts`);
  return {
    what: `Redis, ${type}`,
    quantity: nodes * hoursAMonth,
    calculation: `${nodes} nodes × ${hoursAMonth} h`,
    price,
    avoidable: 'a smaller node; one node alone loses what it holds',
  };
}

/** CloudWatch bills an alarm on an expression for each metric in it. */
function metricsIn(metrics: unknown): unknown[] {
  const read = (metrics ?? []) as readonly { readonly MetricStat?: unknown }[];
  return read.length === 0 ? [undefined] : read.filter(({ MetricStat }) => MetricStat !== undefined);
}

function metricsOf({ subscriptions }: Environment): number {
  const all = Object.values(monitorMetrics).filter((metric) => !('onlyAboveZero' in metric));
  const perQueue = all.filter((metric) => metric.perQueue).length;
  return all.length - perQueue + perQueue * subscriptions.length;
}

/** All resources of the synthesized templates. */
const resourcesOf = (environment: Environment): Resource[] =>
  withStacks(environment, ({ app }) =>
    app
      .synth()
      .stacks.flatMap(({ template }) => Object.values((template as { Resources: Record<string, Resource> }).Resources)),
  );

const development = readEnvironment('development', 'config');
const production = readEnvironment('production', 'config');

/** In a VPC without NAT; the services run elsewhere. */
const withoutNat = (environment: Environment): Environment => ({
  ...environment,
  vpc: { ...environment.vpc, interfaceEndpoints: true },
  services: [],
});
const essential = (environment: Environment): Environment => ({
  ...environment,
  alarms: { ...environment.alarms, scope: 'essential' },
});

const usd = (amount: number): string => amount.toFixed(2);
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];

/** The page. */
export function costPage(): string {
  const variants: readonly (readonly [name: string, Environment, target: string])[] = [
    ['development', development, ''],
    ['development, `alarms.scope: "essential"`', essential(development), 'less than 15'],
    ['development without NAT, essential', withoutNat(essential(development)), 'less than 15'],
    ['production', production, 'less than 90'],
    ['production without NAT, essential', withoutNat(essential(production)), 'less than 90'],
  ];
  const zones = production.vpc.availabilityZones.length;
  const natZone = prices.natGateway.usd * hoursAMonth;
  const endpointZone = prices.endpoint.usd * hoursAMonth;
  const tasks = production.services.map(
    ({ cpu, memoryMegabytes }) =>
      hoursAMonth * ((cpu / 1024) * prices.vcpu.usd + (memoryMegabytes / 1024) * prices.taskMemory.usd),
  );
  const taskSum = tasks.reduce((sum, each) => sum + each, 0);
  return [
    ...heading('Cost', 'tools/generators/cost.ts, prices.ts and the synthesized templates'),
    ...paragraph(
      `What an environment costs in a month without registrations: list prices of us-east-1, ${pricesOf}, ${hoursAMonth} hours, without ` +
        'free allowances. For the price of registrations and larger loads see [performance.md](performance.md#cost).',
    ),
    '',
    '## Idle totals',
    '',
    ...table(
      ['environment', 'USD a month', 'target'],
      variants.map(([name, environment, target]) => [name, usd(totalOf(idleCost(environment))), target]),
    ),
    '',
    ...paragraph(
      `Development is ${usd(totalOf(idleCost(essential(development))))} at list prices, of which CloudWatch bills ${usd(freeAMonth)} less if the account has no other ` +
        'alarms, metrics and dashboards. Each further subscription adds metrics and alarms.',
    ),
    '',
    ...paragraph(
      `**Development without NAT misses its target**: its functions read the token through an endpoint of Secrets Manager, ${usd(endpointZone)} for ` +
        `each zone. With the endpoint in one of the ${zones} zones, no new instance of the publisher starts when that zone is lost. The endpoint of SQS, ` +
        'through which an operator sends a refused event to the buffer, and that of ElastiCache, for the rotation, are in one zone only: no registration ' +
        'waits for them. With a NAT gateway that the VPC has anyway, development needs no endpoint.',
    ),
    '',
    '## Kinds of Redis',
    '',
    ...paragraph(
      'The samples in `config/samples`, each with two subscriptions and all alarms. Alarms on single nodes and secrets of users grow with nodes and ' +
        'services. The nodes of MemoryDB are not in its total: add two nodes of `db.t4g.small`, each 730 h, and the data written, at the prices of ' +
        `<${memoryDbPrices}>.`,
    ),
    '',
    ...table(
      ['sample', 'Redis', 'everything else', 'USD a month'],
      createdRedisKinds.map((kind) => kindRow(kind)),
    ),
    '',
    '## Routes',
    '',
    ...paragraph(
      'NAT gateways belong to the VPC and are in no template. Functions need a route to Secrets Manager; services on ECS need one to ECR (two ' +
        'endpoints), CloudWatch Logs, SSM and Secrets Manager as well, and producers to EventBridge. The gateway endpoint of S3 is free.',
    ),
    '',
    ...table(
      [`in ${zones} zones`, 'calculation', 'USD a month'],
      [
        ['NAT gateway in each zone', `${zones} × ${usd(natZone)}`, usd(zones * natZone)],
        ['one NAT gateway', usd(natZone), usd(natZone)],
        ['endpoints for consumers', `5 × ${zones} × ${usd(endpointZone)}`, usd(5 * zones * endpointZone)],
        ['endpoints for producers too', `6 × ${zones} × ${usd(endpointZone)}`, usd(6 * zones * endpointZone)],
      ],
    ),
    '',
    ...paragraph(
      `So the sample of production, which has services, uses NAT gateways: they cost less than the endpoints and also serve the other calls of the ` +
        `services. If the VPC had gateways only for this environment, its total would be ${usd(totalOf(idleCost(production)) + zones * natZone)}, more than ` +
        `the target; with one gateway ${usd(totalOf(idleCost(production)) + natZone)}, and a lost zone would stop new tasks and functions.`,
    ),
    '',
    '## Services',
    '',
    ...paragraph(
      `The tasks of the Services stack run anyway. One task of each service of production costs ${usd(taskSum)} a month on Fargate (x86_64).`,
    ),
    ...[development, production].flatMap((environment) => billOf(environment)),
    '',
  ].join('\n');
}

function kindRow(kind: CreatedRedisKind): string[] {
  const lines = idleCost(readEnvironment(kind, 'config/samples'));
  const total = totalOf(lines);
  const ofRedis = totalOf(lines.filter(({ what }) => what.startsWith('Redis, ')));
  if (kind === 'memorydb') return [kind, '2 nodes', usd(total), `${usd(total)} and 2 nodes`];
  return [kind, usd(ofRedis), usd(total - ofRedis), usd(total)];
}

function billOf(environment: Environment): string[] {
  const lines = idleCost(environment);
  return [
    '',
    `## ${environment.environment}`,
    '',
    ...table(
      ['resource', 'calculation', 'unit price, USD', 'USD a month', 'avoidable', 'source'],
      [
        ...lines.map(({ what, calculation, price, quantity, avoidable }) => [
          what,
          calculation,
          `${price.usd} ${price.unit}`,
          usd(quantity * price.usd),
          avoidable,
          `<${price.source}>`,
        ]),
        ['**total**', '', '', `**${usd(totalOf(lines))}**`, '', ''],
      ],
    ),
  ];
}
