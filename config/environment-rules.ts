/** The rules that each setting of an environment's file must keep by itself, and what it is where it is left out. */
import type { Subscription } from '../contract/subscriptions';
import { accountId, keyArn, regionName, resourceId, secretArn, zoneName } from './aws-fields';
import {
  type AlarmSettings,
  type BufferSettings,
  type CreatedRedisSettings,
  defaults,
  type Environment,
  type ImportedRedisSettings,
  type NotificationSettings,
  type PublisherSettings,
  type RedisSettings,
  serviceRoles,
  type ServiceSettings,
  type VpcSettings,
} from './environment';
import { type Field, flag, listOf, oneOf, optional, text, wholeNumber, withDefault } from './fields';
import { settings, variants } from './groups';
import { redisHost } from './redis-host';

/** Endings of the keys that each queue owns; a subscription of such a name would share them. */
export const reservedQueueNames = ['processing', 'dlq', 'delayed', 'seen', 'smoke', 'probe'] as const;

/** What CloudWatch Logs offers, in days. */
const logRetentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const serviceName = text(/^[a-z0-9-]{1,40}$/, {
  rule: "a service's name: 1 to 40 lower-case letters, digits and dashes",
  remedy: 'Write it as in hokusai-token.',
});

const queueName = text(new RegExp(`^model_events(?::(?!(?:${reservedQueueNames.join('|')})$)[a-z0-9-]{1,40})?$`), {
  rule: `model_events, or model_events:NAME of lower-case letters, digits and dashes; reserved are ${reservedQueueNames.join(', ')}`,
  remedy: "Write it as in model_events:site, after the service's name.",
});

const securityGroupId = resourceId(
  'sg',
  'aws ec2 describe-security-groups --query SecurityGroups[].[GroupId,GroupName]',
);

const port = wholeNumber(1, 65_535);

const imported: Field<ImportedRedisSettings> = settings<ImportedRedisSettings>({
  source: oneOf(['imported'], 'a Redis that is there already'),
  host: redisHost,
  port: withDefault(defaults.redis.port, port),
  securityGroupId,
  authSecretArn: secretArn,
  kmsKeyArn: optional(keyArn),
  replicas: wholeNumber(0, 5),
  replicationGroupId: text(/^[a-z](?:-?[a-z0-9]){0,39}$/, {
    rule: "a replication group's name: up to 40 lower-case letters, digits and single dashes",
    remedy: '`aws elasticache describe-replication-groups --query ReplicationGroups[].ReplicationGroupId` lists them.',
  }),
});

const created: Field<CreatedRedisSettings> = settings<CreatedRedisSettings>({
  source: oneOf(['created'], 'a Redis of its own'),
  nodeType: text(/^cache\.(?!t1\.)[a-z0-9]+\.[a-z0-9]+$/, {
    rule: 'a node type of ElastiCache, as in cache.t4g.small',
    remedy: 'Choose one that offers failover (any but cache.t1); cache.t4g.small is a small one.',
  }),
  // Failover needs a second node, in another zone.
  replicas: wholeNumber(1, 5),
  port: withDefault(defaults.redis.port, port),
  engineVersion: withDefault(
    defaults.redis.engineVersion,
    text(/^(?:7\.[2-9]|[89]\.\d)$/, {
      rule: 'a version of Valkey, 7.2 or newer, as in 8.0',
      remedy: '`aws elasticache describe-cache-engine-versions --engine valkey` lists them.',
    }),
  ),
  snapshotRetentionDays: withDefault(defaults.redis.snapshotRetentionDays, wholeNumber(1, 35, 'days')),
  tokenRotationDays: withDefault(defaults.redis.tokenRotationDays, wholeNumber(1, 1000, 'days')),
  retainOnDestroy: withDefault(defaults.redis.retainOnDestroy, flag),
});

const ecsName = (what: string, example: string): Field<string> =>
  text(/^[A-Za-z0-9_-]{1,255}$/, {
    rule: `${what}: letters, digits, dashes and underscores`,
    remedy: `Write it as in ${example}; it is a name, not an ARN, and has no revision behind it.`,
  });

const service = settings<ServiceSettings>({
  name: serviceName,
  family: ecsName("a task definition's family", 'hokusai-api-development'),
  container: ecsName("a container's name", 'hokusai-api'),
  role: oneOf(serviceRoles, 'what the service does: "producer" (sends registrations) or "consumer" (takes messages)'),
  queue: optional(queueName),
  port: optional(port),
  cluster: ecsName("an ECS cluster's name", 'hokusai-development'),
  cpu: withDefault(defaults.service.cpu, oneOf([256, 512, 1024, 2048, 4096, 8192, 16_384], 'CPU units of Fargate')),
  memoryMegabytes: withDefault(defaults.service.memoryMegabytes, wholeNumber(512, 122_880, 'megabytes')),
  securityGroupId: optional(securityGroupId),
});

const runbookUrl = text(/^[A-Za-z0-9:/._~?=&%-]{1,300}$/, {
  rule: 'an address, or a path, without a # part: up to 300 characters',
  remedy: 'Write where docs/runbook.md is read, as in https://wiki.example.com/runbook.',
});

const emails = listOf(
  text(/^[^\s@]{1,64}@[^\s@]{1,255}$/, { rule: 'an e-mail address', remedy: 'Write it as in oncall@example.com.' }),
  0,
);

const alarms = settings<AlarmSettings>({
  queueDepth: withDefault(defaults.alarms.queueDepth, wholeNumber(1, 10_000_000)),
  oldestMessageSeconds: withDefault(defaults.alarms.oldestMessageSeconds, wholeNumber(60, 86_400, 'seconds')),
  oldestClaimSeconds: withDefault(defaults.alarms.oldestClaimSeconds, wholeNumber(60, 86_400, 'seconds')),
  deadLetters: withDefault(defaults.alarms.deadLetters, wholeNumber(0, 10_000_000)),
  bufferAgeSeconds: withDefault(defaults.alarms.bufferAgeSeconds, wholeNumber(60, 86_400, 'seconds')),
  publishLatencyMilliseconds: withDefault(
    defaults.alarms.publishLatencyMilliseconds,
    wholeNumber(1, 60_000, 'milliseconds'),
  ),
  memoryUsedPercent: withDefault(defaults.alarms.memoryUsedPercent, wholeNumber(1, 99, 'percent')),
  runbookUrl: withDefault(defaults.alarms.runbookUrl, runbookUrl),
});

/** Reads an environment and fills in the defaults; consistency.ts is for what one field alone cannot see. */
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
    interfaceEndpoints: withDefault(defaults.vpc.interfaceEndpoints, flag),
  }),
  redis: variants<'source', RedisSettings>('source', {
    imported: { means: 'it is there already', group: imported },
    created: { means: 'a stack of its own creates it', group: created },
  }),
  subscriptions: listOf(settings<Subscription>({ service: serviceName, queue: queueName }), 1),
  services: withDefault([], listOf(service, 0)),
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
  alarms,
  notifications: settings<NotificationSettings>({
    pages: withDefault(defaults.notifications.pages, emails),
    tickets: withDefault(defaults.notifications.tickets, emails),
  }),
  archiveRetentionDays: withDefault(defaults.archiveRetentionDays, wholeNumber(1, 3650, 'days')),
  logRetentionDays: withDefault(
    defaults.logRetentionDays,
    oneOf(logRetentions, 'a number of days that CloudWatch Logs knows'),
  ),
  seenHours: withDefault(defaults.seenHours, wholeNumber(1, 336, 'hours')),
});

/** What an editor checks while a file is written. It knows each setting's own rule, not those between settings. */
export function environmentSchema(): Readonly<Record<string, unknown>> {
  const { properties, ...schema } = environmentField.schema;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $comment: 'Generated by `npm run generate` from config/environment-rules.ts.',
    title: 'An environment of the model events',
    ...schema,
    properties: { $schema: { type: 'string' }, ...(properties as object) },
  };
}
