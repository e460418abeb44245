/** The rules that an environment's file must keep: each setting's own, then those between settings. */
import type { Subscription } from '../contract/subscriptions';
import {
  accountId,
  checkArnBelongs,
  hostName,
  keyArn,
  regionName,
  resourceId,
  secretArn,
  zoneName,
} from './aws-fields';
import {
  type BufferSettings,
  defaults,
  type Environment,
  type PublisherSettings,
  type RedisSettings,
  type VpcSettings,
} from './environment';
import { type Field, listOf, oneOf, optional, type Problem, settings, text, wholeNumber, withDefault } from './fields';

/** Endings of the keys that each queue owns; a subscription of such a name would share them. */
export const reservedQueueNames = ['processing', 'dlq', 'delayed', 'seen', 'smoke', 'probe'] as const;

const logRetentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const subscription = settings<Subscription>({
  service: text(/^[a-z0-9-]{1,40}$/, {
    rule: "a service's name: 1 to 40 lower-case letters, digits and dashes",
    remedy: 'Write it as in hokusai-token.',
  }),
  queue: text(new RegExp(`^model_events(?::(?!(?:${reservedQueueNames.join('|')})$)[a-z0-9-]{1,40})?$`), {
    rule: `model_events, or model_events:NAME of lower-case letters, digits and dashes; reserved are ${reservedQueueNames.join(', ')}`,
    remedy: "Write it as in model_events:site, after the service's name.",
  }),
});

/** Reads an environment and fills in the defaults; `checkTogether` is for what one field alone cannot see. */
export const environmentField: Field<Environment> = settings<Environment>({
  environment: text(/^[a-z][a-z0-9-]{0,19}$/, {
    rule: 'the name of the environment: up to 20 lower-case letters, digits and dashes',
    remedy: "Write the file's name without .json.",
  }),
  account: accountId,
  region: regionName,
  vpc: settings<VpcSettings>({
    vpcId: resourceId('vpc', 'aws ec2 describe-vpcs --query Vpcs[].VpcId'),
    availabilityZones: listOf(zoneName, 2),
    privateSubnetIds: listOf(
      resourceId('subnet', 'aws ec2 describe-subnets --query Subnets[].[SubnetId,AvailabilityZone]'),
      2,
    ),
  }),
  redis: settings<RedisSettings>({
    host: hostName,
    port: withDefault(defaults.redis.port, wholeNumber(1, 65535)),
    securityGroupId: resourceId('sg', 'aws elasticache describe-cache-clusters --query CacheClusters[].SecurityGroups'),
    authSecretArn: secretArn,
    kmsKeyArn: optional(keyArn),
    replicas: wholeNumber(0, 5),
  }),
  subscriptions: listOf(subscription, 1),
  publisher: settings<PublisherSettings>({
    batchSize: withDefault(defaults.publisher.batchSize, wholeNumber(1, 10_000)),
    maximumBatchingWindowSeconds: withDefault(
      defaults.publisher.maximumBatchingWindowSeconds,
      wholeNumber(0, 300, 'seconds'),
    ),
    maximumConcurrency: withDefault(defaults.publisher.maximumConcurrency, wholeNumber(2, 1000)),
    timeoutSeconds: withDefault(defaults.publisher.timeoutSeconds, wholeNumber(5, 900, 'seconds')),
    memoryMegabytes: withDefault(defaults.publisher.memoryMegabytes, wholeNumber(128, 10_240, 'megabytes')),
  }),
  buffer: settings<BufferSettings>({
    retentionDays: withDefault(defaults.buffer.retentionDays, wholeNumber(1, 14, 'days')),
    visibilityTimeoutSeconds: withDefault(defaults.buffer.visibilityTimeoutSeconds, wholeNumber(30, 43_200, 'seconds')),
    maxReceiveCount: withDefault(defaults.buffer.maxReceiveCount, wholeNumber(5, 1000)),
  }),
  archiveRetentionDays: withDefault(defaults.archiveRetentionDays, wholeNumber(1, 3650, 'days')),
  logRetentionDays: withDefault(defaults.logRetentionDays, oneOf(logRetentions, 'days')),
  seenHours: withDefault(defaults.seenHours, wholeNumber(1, 336, 'hours')),
});

/** Adds what contradicts itself. Looks only at settings that nothing in `found` speaks of yet. */
export function checkTogether(read: Environment, found: Problem[]): void {
  const broken = found.map(({ path }) => path);
  const sound = (...paths: string[]): boolean =>
    !paths.some((path) => broken.some((other) => other.startsWith(path) || path.startsWith(`${other}.`)));
  const { vpc, redis, publisher, buffer } = read;

  if (sound('account', 'region', 'redis.authSecretArn'))
    checkArnBelongs(redis.authSecretArn, 'redis.authSecretArn', read, found);
  if (sound('account', 'region', 'redis.kmsKeyArn') && redis.kmsKeyArn !== undefined) {
    checkArnBelongs(redis.kmsKeyArn, 'redis.kmsKeyArn', read, found);
  }
  if (sound('region', 'vpc.availabilityZones')) {
    for (const [index, zone] of vpc.availabilityZones.entries()) {
      if (zone.slice(0, -1) === read.region) continue;
      found.push({
        path: `vpc.availabilityZones[${index}]`,
        rule: `a zone of ${read.region}`,
        value: zone,
        remedy: 'Correct the zone or the region.',
      });
    }
  }
  if (sound('vpc') && vpc.privateSubnetIds.length !== vpc.availabilityZones.length) {
    found.push({
      path: 'vpc.privateSubnetIds',
      rule: `one subnet for each of the ${vpc.availabilityZones.length} zones, in the same order`,
      value: `${vpc.privateSubnetIds.length} subnets`,
      remedy: 'Add or remove subnets or zones.',
    });
  }
  if (
    sound('publisher.batchSize', 'publisher.maximumBatchingWindowSeconds') &&
    publisher.batchSize > 10 &&
    publisher.maximumBatchingWindowSeconds < 1
  ) {
    found.push({
      path: 'publisher.maximumBatchingWindowSeconds',
      rule: `at least 1, which SQS asks for batches of more than 10 (batchSize is ${publisher.batchSize})`,
      value: String(publisher.maximumBatchingWindowSeconds),
      remedy: 'Raise it, or lower batchSize to 10.',
    });
  }
  const hidden = 6 * publisher.timeoutSeconds + publisher.maximumBatchingWindowSeconds;
  if (sound('buffer.visibilityTimeoutSeconds', 'publisher') && buffer.visibilityTimeoutSeconds < hidden) {
    found.push({
      path: 'buffer.visibilityTimeoutSeconds',
      rule: `at least ${hidden}: six times publisher.timeoutSeconds plus the batching window, else a batch in flight is delivered again`,
      value: String(buffer.visibilityTimeoutSeconds),
      remedy: 'Raise it, or lower publisher.timeoutSeconds.',
    });
  }
  checkStandsOnce(read.subscriptions, 'service', found);
  checkStandsOnce(read.subscriptions, 'queue', found);
}

function checkStandsOnce(subscriptions: readonly Subscription[], key: keyof Subscription, found: Problem[]): void {
  const names = subscriptions.map((entry) => entry[key]);
  for (const [index, name] of names.entries()) {
    const first = names.indexOf(name);
    if (name === '' || first === index) continue;
    found.push({
      path: `subscriptions[${index}].${key}`,
      rule: `a ${key} that no other subscription has`,
      value: `"${name}", as in subscriptions[${first}]`,
      remedy: 'Give each service one queue of its own, else each sees a part of the messages.',
    });
  }
}
