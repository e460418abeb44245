/** The rules between settings. */
import { functionUsers } from '../contract/redis-users';
import { formatted } from '../contract/rules';
import { checkArnBelongs } from './aws-fields';
import { checkCreatedRedis } from './created-redis';
import { type Environment, isClusterMode } from './environment';
import type { Problem } from './fields';
import { queueNameProblems } from './queue-names';
import { checkImportedAuthentication } from './redis-authentication';
import { checkHostBelongs, checkHostMode } from './redis-host';
import { isSampleAddress, isSampleUrl, runbookRemedy, sampleAccount, sampleIds } from './sample-ids';
import { checkServiceArns, checkServices } from './services';

/** Adds the settings that contradict each other. Skips those with a problem in `found`. */
export function checkTogether(read: Environment, found: Problem[]): void {
  const broken = found.map(({ path }) => path);
  const sound = (...paths: string[]): boolean =>
    !paths.some((path) => broken.some((other) => other.startsWith(path) || path.startsWith(`${other}.`)));

  checkPlace(read, sound, found);
  if (sound('account')) checkSamples(read, sound, found);
  if (sound('account', 'alarms.runbookUrl')) checkRunbook(read, found);
  if (sound('account')) checkRecipients(read, sound, found);
  if (sound('redis.source') && read.redis.source === 'imported')
    checkImportedAuthentication(read, read.redis, sound, found);
  if (sound('redis') && read.redis.source === 'created') checkCreatedRedis(read.redis, found);
  checkRedisUsers(read, sound, found);
  checkConcurrency(read, sound, found);
  checkTimes(read, sound, found);
  const before = found.length;
  checkUnique(read.subscriptions, 'subscriptions', 'service', sound, found);
  checkUnique(read.subscriptions, 'subscriptions', 'queue', sound, found);
  if (sound('subscriptions', 'redis')) found.push(...queueNameProblems(read.subscriptions, isClusterMode(read.redis)));
  if (found.length > before || !sound('services', 'subscriptions')) return;
  checkRoutes(read, sound, found);
  if (sound('account', 'region')) checkServiceArns(read, found);
  checkServices(read, found);
  checkUnique(read.services, 'services', 'name', sound, found);
  checkUnique(read.services, 'services', 'family', sound, found);
}

type Sound = (...paths: string[]) => boolean;

/** Everything is in the environment's account and region, and each zone has its subnet. */
function checkPlace(read: Environment, sound: Sound, found: Problem[]): void {
  const { vpc, redis, region } = read;
  if (sound('redis.source') && redis.source === 'imported') {
    if (sound('region', 'redis.host')) checkHostBelongs(redis.host, 'redis.host', region, found);
    if (sound('redis.host', 'redis.clusterMode')) checkHostMode(redis.host, redis.clusterMode, found);
    if (sound('account', 'region', 'redis.authSecretArn') && redis.authSecretArn !== undefined)
      checkArnBelongs(redis.authSecretArn, 'redis.authSecretArn', read, found);
    if (sound('account', 'region', 'redis.kmsKeyArn') && redis.kmsKeyArn !== undefined)
      checkArnBelongs(redis.kmsKeyArn, 'redis.kmsKeyArn', read, found);
  }
  if (sound('region', 'vpc.availabilityZones')) {
    for (const [index, zone] of vpc.availabilityZones.entries()) {
      if (zone.slice(0, -1) === region) continue;
      found.push({
        path: `vpc.availabilityZones[${index}]`,
        rule: `a zone of ${region}`,
        value: zone,
        remedy: 'Correct the zone or the region.',
      });
    }
  }
  if (sound('vpc') && new Set(vpc.availabilityZones).size !== vpc.availabilityZones.length) {
    found.push({
      path: 'vpc.availabilityZones',
      rule: 'zones that differ: two nodes in one zone go down together',
      value: vpc.availabilityZones.join(', '),
      remedy: 'Name each zone once, with its subnet at the same place of the other list.',
    });
  }
  if (sound('vpc') && vpc.privateSubnetIds.length !== vpc.availabilityZones.length) {
    found.push({
      path: 'vpc.privateSubnetIds',
      rule: `one subnet for each of the ${vpc.availabilityZones.length} zones, in the same order`,
      value: `${vpc.privateSubnetIds.length} subnets`,
      remedy: 'Add or remove subnets or zones.',
    });
  }
}

/**
 * Without NAT a task of Fargate finds ECR, S3, CloudWatch Logs, SSM and Secrets Manager only at endpoints with private DNS
 * ("Amazon ECR interface VPC endpoints", "Amazon ECS interface VPC endpoints"). Ours have none, and admit only the functions.
 */
function checkRoutes({ vpc, services }: Environment, sound: Sound, found: Problem[]): void {
  if (!sound('vpc') || services.length === 0 || !vpc.interfaceEndpoints || vpc.otherEndpoints) return;
  found.push({
    path: 'vpc.interfaceEndpoints',
    rule: 'false in an environment with services: its endpoints admit only the functions, and ECS starts no task in subnets without a route to ECR, S3, CloudWatch Logs, SSM and Secrets Manager',
    value: 'true',
    remedy:
      'Write false if the subnets have a route to a NAT gateway (docs/cost.md compares the prices); set vpc.otherEndpoints to true if the VPC has endpoints of its own for the services; or remove the services that do not run on ECS here.',
  });
}

/** Refuses the sample ids of this repository in any other account than the sample one. */
function checkSamples(read: Environment, sound: Sound, found: Problem[]): void {
  if (read.account === sampleAccount) return;
  for (const [path, value] of texts(read)) {
    if (!sampleIds.includes(value) || !sound(path)) continue;
    found.push({
      path,
      rule: `an id of account ${read.account}; this one is a sample of this repository`,
      value: formatted(value),
      remedy: `\`npx model-events init -e ${read.environment || 'NAME'}\` writes a file with the account's own ids.`,
    });
  }
}

function checkRunbook({ account, alarms }: Environment, found: Problem[]): void {
  if (account === sampleAccount || !isSampleUrl(alarms.runbookUrl)) return;
  found.push({
    path: 'alarms.runbookUrl',
    rule: "your team's address; this one is a sample of this repository",
    value: formatted(alarms.runbookUrl),
    remedy: `${runbookRemedy}: the alarms link to its sections.`,
  });
}

function checkRecipients({ account, notifications }: Environment, sound: Sound, found: Problem[]): void {
  if (account === sampleAccount || !sound('notifications')) return;
  for (const [path, value] of texts(notifications, 'notifications')) {
    if (!isSampleAddress(value)) continue;
    const remedy =
      'Write who gets the alarms; or remove it, and set notifications.otherSubscribers if others subscribe.';
    found.push({
      path,
      rule: "your team's address; this one is a sample of this repository",
      value: formatted(value),
      remedy,
    });
  }
}

/** Every text in a group of settings, with its path. */
function texts(value: unknown, path = ''): [path: string, value: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const next = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    return texts(inner, next);
  });
}

function checkTimes(read: Environment, sound: Sound, found: Problem[]): void {
  const { publisher, buffer, redis, alarms } = read;
  if (
    sound('redis', 'alarms') &&
    redis.source === 'created' &&
    redis.auth !== 'iam' &&
    alarms.tokenAgeDays <= redis.tokenRotationDays
  ) {
    found.push({
      path: 'alarms.tokenAgeDays',
      rule: `more than redis.tokenRotationDays, ${redis.tokenRotationDays}`,
      value: String(alarms.tokenAgeDays),
      remedy: 'Raise it, or rotate the token more often.',
    });
  }
  if (
    sound('publisher.batchSize', 'publisher.maximumBatchingWindowSeconds') &&
    publisher.batchSize > 10 &&
    publisher.maximumBatchingWindowSeconds < 1
  ) {
    found.push({
      path: 'publisher.maximumBatchingWindowSeconds',
      rule: `at least 1, which SQS requires for batches of more than 10 (batchSize is ${publisher.batchSize})`,
      value: String(publisher.maximumBatchingWindowSeconds),
      remedy: 'Raise it, or lower batchSize to 10.',
    });
  }
  if (!sound('buffer.visibilityTimeoutSeconds', 'publisher')) return;
  const hidden = 6 * publisher.timeoutSeconds + publisher.maximumBatchingWindowSeconds;
  if (buffer.visibilityTimeoutSeconds < hidden) {
    found.push({
      path: 'buffer.visibilityTimeoutSeconds',
      rule: `at least ${hidden}: six times publisher.timeoutSeconds plus the batching window, else a batch in flight is delivered again`,
      value: String(buffer.visibilityTimeoutSeconds),
      remedy: 'Raise it, or lower publisher.timeoutSeconds.',
    });
  }
}

/** The functions have users of their own. */
function checkRedisUsers({ redis, subscriptions }: Environment, sound: Sound, found: Problem[]): void {
  if (!sound('redis', 'subscriptions') || redis.auth === 'token') return;
  for (const [index, { service }] of subscriptions.entries()) {
    if (!(functionUsers as readonly string[]).includes(service)) continue;
    found.push({
      path: `subscriptions[${index}].service`,
      rule: `another name than ${functionUsers.join(' and ')}, which are Redis users of the functions`,
      value: service,
      remedy: 'Rename the service, or set redis.auth to "token".',
    });
  }
}

/** Lambda polls the buffer with at most `maximumConcurrency` invocations at a time: further instances would wait for nothing. */
function checkConcurrency({ publisher }: Environment, sound: Sound, found: Problem[]): void {
  if (!sound('publisher.provisionedConcurrency', 'publisher.maximumConcurrency')) return;
  if (publisher.provisionedConcurrency <= publisher.maximumConcurrency) return;
  found.push({
    path: 'publisher.provisionedConcurrency',
    rule: `at most publisher.maximumConcurrency, ${publisher.maximumConcurrency}: more instances are paid and never used`,
    value: String(publisher.provisionedConcurrency),
    remedy: 'Lower it, or raise publisher.maximumConcurrency.',
  });
}

/** The remedy if two entries of a list have the same name. */
const doubleRemedies: Readonly<Record<string, string>> = {
  subscriptions: 'Give each service one queue of its own, else each sees a part of the messages.',
  services: 'Describe each service once, with a family of its own.',
};

function checkUnique<Entry extends object>(
  entries: readonly Entry[],
  list: 'subscriptions' | 'services',
  key: keyof Entry & string,
  sound: Sound,
  found: Problem[],
): void {
  if (!Array.isArray(entries)) return;
  const names = entries.map((entry: Entry, index) => (sound(`${list}[${index}].${key}`) ? String(entry[key]) : ''));
  for (const [index, name] of names.entries()) {
    const first = names.indexOf(name);
    if (name === '' || first === index) continue;
    found.push({
      path: `${list}[${index}].${key}`,
      rule: `a ${key} that no other of the ${list} has`,
      value: `"${name}", as in ${list}[${first}]`,
      remedy: doubleRemedies[list] ?? '',
    });
  }
}
