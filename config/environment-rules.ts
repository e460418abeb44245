/** The schema of an environment's file: the rules of each setting, and its default. */
import * as z from 'zod';
import { durabilities } from '../contract/durability';
import { serviceNamePattern, unreservedQueueNamePattern, unreservedQueueNameRule } from '../contract/patterns';
import { iamCachePattern, iamCacheRule } from '../contract/iam-cache';
import { defaultQueuePolicy, queuePolicyLimits } from '../contract/subscriptions';
import {
  accountId,
  discoveryServiceArn,
  keyArn,
  policyArn,
  regionName,
  resourceId,
  roleArn,
  secretArn,
  targetGroupArn,
  zoneName,
} from './aws-fields';
import { withKindDefaults } from './created-redis';
import {
  alarmScopes,
  createdRedisKinds,
  defaults,
  type Environment,
  importedAuthentications,
  redisAuthentications,
  serviceRoles,
  trafficShifts,
} from './environment';
import { bySource, flag, group, listOf, oneOf, text, wholeNumber } from './fields';
import { redisHost } from './redis-host';
import { runbookRemedy } from './sample-ids';

/**
 * Lambda hands a batch over in one call of at most 6 MB, at 6 * 1024 * 1024 bytes. A record with the smallest valid event takes 1359 of
 * them: 340 for the event, the rest for the receipt handle (about 400), the ids and attributes that SQS and Lambda add. So no batch
 * ever has more than 4629 records, whatever is configured.
 */
const mostRecords = 4600;

/** What CloudWatch Logs offers, in days. */
const logRetentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const serviceName = text(serviceNamePattern, {
  rule: "a service's name: 1 to 40 lower-case letters, digits and dashes",
  remedy: 'Write it as in hokusai-token.',
});

const queueName = text(unreservedQueueNamePattern, {
  rule: unreservedQueueNameRule,
  remedy: "Write it as in model_events:site, after the service's name.",
});

const securityGroupId = resourceId(
  'sg',
  'aws ec2 describe-security-groups --query SecurityGroups[].[GroupId,GroupName]',
);

const tagValue = text(/^[A-Za-z0-9 _.:/=+@-]{1,256}$/, {
  rule: "a tag's value: 1 to 256 letters, digits, spaces and _ . : / = + - @",
  remedy: 'Write it as in model-events-team.',
});

const port = wholeNumber(1, 65_535);

const shards = wholeNumber(1, 500).default(defaults.redis.shards);
const durability = oneOf(durabilities, 'what confirms a write');

const imported = group({
  source: oneOf(['imported'], 'an existing Redis'),
  host: redisHost,
  port: port.default(defaults.redis.port),
  securityGroupId,
  auth: oneOf(importedAuthentications, '"token" (with a secret) or "iam" (as users without passwords)').default(
    'token',
  ),
  cacheArn: text(iamCachePattern, {
    rule: iamCacheRule,
    remedy:
      '`aws elasticache describe-replication-groups --query ReplicationGroups[].ARN` lists those of replication groups.',
  }).optional(),
  users: listOf(
    group({
      name: serviceName,
      userId: text(/^[a-z][a-z0-9-]{0,39}$/, {
        rule: "a user's id: up to 40 lower-case letters, digits and dashes",
        remedy: '`aws elasticache describe-users --query Users[].UserId` lists them.',
      }),
    }),
    0,
  ).default([]),
  authSecretArn: secretArn.optional(),
  kmsKeyArn: keyArn.optional(),
  replicas: wholeNumber(0, 5),
  replicationGroupId: text(/^[a-z](?:-?[a-z0-9]){0,39}$/, {
    rule: "a replication group's name: up to 40 lower-case letters, digits and single dashes",
    remedy: '`aws elasticache describe-replication-groups --query ReplicationGroups[].ReplicationGroupId` lists them.',
  }),
  durability: durability.default(defaults.redis.durability),
  clusterMode: flag.default(defaults.redis.clusterMode),
  shards,
});

const created = group({
  source: oneOf(['created'], 'a Redis that a stack creates'),
  kind: oneOf(createdRedisKinds, 'what the stack creates').default(defaults.redis.kind),
  nodeType: text(/^(?:cache|db)\.(?!t1\.)[a-z0-9]+\.[a-z0-9]+$/, {
    rule: 'a node type, as in cache.t4g.small, for MemoryDB db.t4g.small',
    remedy: 'Choose one that offers failover (any but cache.t1); cache.t4g.small is a small one.',
  }).optional(),
  // Failover needs a second node, in another zone.
  replicas: wholeNumber(1, 5).optional(),
  shards,
  durability: durability.optional(),
  port: port.default(defaults.redis.port),
  engineVersion: text(/^(?:7\.[2-9]|[89]\.\d)$/, {
    rule: 'a version of Valkey, 7.2 or newer, as in 8.0',
    remedy: '`aws elasticache describe-cache-engine-versions --engine valkey` lists them.',
  }).optional(),
  snapshotRetentionDays: wholeNumber(1, 35, 'days').default(defaults.redis.snapshotRetentionDays),
  auth: oneOf(
    redisAuthentications,
    '"users" (one for each service), "token" (one for all clients) or "iam" (users without passwords)',
  ).default(defaults.redis.auth),
  tokenRotationDays: wholeNumber(1, 1000, 'days').default(defaults.redis.tokenRotationDays),
  retainOnDestroy: flag.default(defaults.redis.retainOnDestroy),
}).transform(withKindDefaults);

const ecsName = (what: string, example: string): z.ZodString =>
  text(/^[A-Za-z0-9_-]{1,255}$/, {
    rule: `${what}: letters, digits, dashes and underscores`,
    remedy: `Write it as in ${example}; it is a name, not an ARN, and has no revision behind it.`,
  });

const service = group({
  name: serviceName,
  family: ecsName("a task definition's family", 'hokusai-api-development'),
  container: ecsName("a container's name", 'hokusai-api'),
  role: oneOf(serviceRoles, 'what the service does: "producer" (sends registrations) or "consumer" (takes messages)'),
  queue: queueName.optional(),
  port: port.optional(),
  cluster: ecsName("an ECS cluster's name", 'hokusai-development'),
  cpu: oneOf([256, 512, 1024, 2048, 4096, 8192, 16_384], 'CPU units of Fargate').default(defaults.service.cpu),
  memoryMegabytes: wholeNumber(512, 122_880, 'megabytes').default(defaults.service.memoryMegabytes),
  securityGroupId: securityGroupId.optional(),
  clientSecurityGroupIds: listOf(securityGroupId, 0).default([]),
  targetGroupArn: targetGroupArn.optional(),
  discoveryServiceArn: discoveryServiceArn.optional(),
  taskRoleArn: roleArn.optional(),
  taskPolicyArns: listOf(policyArn, 0).default([]),
  healthCheckCommand: listOf(
    text(/^[^\0]{1,1000}$/, {
      rule: 'a word of the command',
      remedy: 'Write the program and each of its arguments as a text of its own.',
    }),
    1,
  ).optional(),
});

const runbookUrl = text(/^(?=.{1,120}$)https:\/\/[A-Za-z0-9.-]+(?::\d+)?\/[A-Za-z0-9:/._~?=&%-]*$/, {
  rule: 'an https address without a # part: up to 120 characters',
  remedy: `${runbookRemedy}, as in https://wiki.example.com/runbook.`,
});

const emails = listOf(
  text(/^[^\s@]{1,64}@[^\s@]{1,255}$/, { rule: 'an e-mail address', remedy: 'Write it as in oncall@example.com.' }),
  0,
);

const alarms = group({
  scope: oneOf(alarmScopes, 'which alarms the stack creates').default('all'),
  queueDepth: wholeNumber(1, 10_000_000).default(defaults.alarms.queueDepth),
  oldestMessageSeconds: wholeNumber(60, 86_400, 'seconds').default(defaults.alarms.oldestMessageSeconds),
  oldestClaimSeconds: wholeNumber(60, 86_400, 'seconds').default(defaults.alarms.oldestClaimSeconds),
  consumerSeenSeconds: wholeNumber(120, 604_800, 'seconds').default(defaults.alarms.consumerSeenSeconds),
  deadLetters: wholeNumber(0, 10_000_000).default(defaults.alarms.deadLetters),
  bufferAgeSeconds: wholeNumber(60, 86_400, 'seconds').default(defaults.alarms.bufferAgeSeconds),
  publishLatencyMilliseconds: wholeNumber(1, 60_000, 'milliseconds').default(
    defaults.alarms.publishLatencyMilliseconds,
  ),
  handledWithinSeconds: wholeNumber(1, 86_400, 'seconds').default(defaults.alarms.handledWithinSeconds),
  memoryUsedPercent: wholeNumber(1, 99, 'percent').default(defaults.alarms.memoryUsedPercent),
  tokenAgeDays: wholeNumber(1, 1000, 'days').default(defaults.alarms.tokenAgeDays),
  runbookUrl,
});

/** One environment. consistency.ts has the rules between settings. */
export const environmentSchema = group({
  environment: text(/^[a-z][a-z0-9-]{0,19}$/, {
    rule: 'the name of the environment: up to 20 lower-case letters, digits and dashes',
    remedy: "Write the file's name without .json.",
  }),
  account: accountId,
  region: regionName,
  tags: group({ owner: tagValue.optional(), costCenter: tagValue.optional() }).prefault({}),
  permissionsBoundaryArn: policyArn.optional(),
  repository: text(/^[A-Za-z0-9-]+(?:@\d+)?\/[A-Za-z0-9._-]+(?:@\d+)?$/, {
    rule: 'a repository on GitHub, as in owner/name or owner@1234/name@5678',
    remedy: 'Write it as in the claim `sub` of its OIDC tokens, between `repo:` and the next colon.',
  }).optional(),
  vpc: group({
    vpcId: resourceId('vpc', 'aws ec2 describe-vpcs --query Vpcs[].VpcId'),
    availabilityZones: listOf(zoneName, 2),
    privateSubnetIds: listOf(
      resourceId('subnet', 'aws ec2 describe-subnets --query Subnets[].[SubnetId,AvailabilityZone]'),
      2,
    ),
    interfaceEndpoints: flag.default(defaults.vpc.interfaceEndpoints),
    otherEndpoints: flag.default(defaults.vpc.otherEndpoints),
  }),
  redis: bySource({ imported: 'an existing Redis', created: 'a stack creates it' }, [imported, created]),
  subscriptions: listOf(
    group({
      service: serviceName,
      queue: queueName,
      maxRetries: wholeNumber(...queuePolicyLimits.maxRetries).default(defaultQueuePolicy.maxRetries),
      plainLeaseSeconds: wholeNumber(...queuePolicyLimits.plainLeaseSeconds, 'seconds').default(
        defaultQueuePolicy.plainLeaseSeconds,
      ),
    }),
    1,
  ),
  services: listOf(service, 0).default([]),
  publisher: group({
    batchSize: wholeNumber(1, mostRecords).default(defaults.publisher.batchSize),
    maximumBatchingWindowSeconds: wholeNumber(0, 300, 'seconds').default(
      defaults.publisher.maximumBatchingWindowSeconds,
    ),
    maximumConcurrency: wholeNumber(2, 1000).default(defaults.publisher.maximumConcurrency),
    timeoutSeconds: wholeNumber(5, 900, 'seconds').default(defaults.publisher.timeoutSeconds),
    memoryMegabytes: wholeNumber(128, 10_240, 'megabytes').default(defaults.publisher.memoryMegabytes),
    provisionedConcurrency: wholeNumber(0, 1000).default(defaults.publisher.provisionedConcurrency),
  }).prefault({}),
  deployment: group({
    trafficShift: oneOf(trafficShifts, "one of CodeDeploy's traffic shifts").default(defaults.deployment.trafficShift),
    reserveConcurrency: flag.default(defaults.deployment.reserveConcurrency),
  }).prefault({}),
  buffer: group({
    retentionDays: wholeNumber(1, 14, 'days').default(defaults.buffer.retentionDays),
    visibilityTimeoutSeconds: wholeNumber(30, 43_200, 'seconds').default(defaults.buffer.visibilityTimeoutSeconds),
    maxReceiveCount: wholeNumber(5, 1000).default(defaults.buffer.maxReceiveCount),
  }).prefault({}),
  alarms,
  notifications: group({
    pages: emails.default([]),
    tickets: emails.default([]),
    otherSubscribers: flag.default(defaults.notifications.otherSubscribers),
  }).prefault({}),
  archiveRetentionDays: wholeNumber(1, 3650, 'days').default(defaults.archiveRetentionDays),
  logRetentionDays: oneOf(logRetentions, 'a number of days that CloudWatch Logs knows').default(
    defaults.logRetentionDays,
  ),
  seenHours: wholeNumber(1, 336, 'hours').default(defaults.seenHours),
}) satisfies z.ZodType<Environment>;

/** What an editor checks while a file is written: the rules of each setting, but not those between settings. */
export function editorSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(environmentSchema, {
    io: 'input',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      // A group without required settings: the reference and the editor know its settings' defaults.
      if (jsonSchema.properties !== undefined) delete jsonSchema.default;
    },
  });
  return {
    $comment: 'Generated by `npm run generate` from config/environment-rules.ts.',
    title: 'An environment of the model events',
    ...schema,
    properties: { $schema: { type: 'string' }, ...schema.properties },
  };
}
