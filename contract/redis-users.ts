/**
 * The users of a Redis that the environment's stacks create: the publisher, the operator (monitor, health and operations functions)
 * and one for each subscription. Their rights are those of the scripts that they run: Redis checks each command of a script, and
 * each key, against the user that runs it.
 */
import { rootQueueOf, slotOf } from './patterns';
import { scriptRights } from './script-rights';
import type { Subscription } from './subscriptions';

type ScriptName = keyof typeof scriptRights;

/** What every connection sends. Redis-py gives itself a library name too, with a command that Redis 7.0 does not know, and ignores a refusal. */
const everyone = ['ping', 'eval', 'evalsha', 'client|setname'];

/** Precedes each command for a slot that moves to another node of a cluster. */
const inCluster = ['asking'];

/** What a consumer of the packages runs. */
export const consumerScripts = [
  'claim',
  'start',
  'extend',
  'acknowledge',
  'retry',
  'deadLetter',
  'snooze',
  'giveBack',
  'revoke',
  'leave',
] as const satisfies readonly ScriptName[];

/** Waiting for a message, the commands of plain consumers, and the recorded queues, for the warning about a queue that nobody writes to. */
const consumerCommands = ['blmove', 'brpop', 'brpoplpush', 'lmove', 'lrem', 'rpoplpush', 'smembers'];

/** Besides its script: WAIT and the replicas of which it waits for some. */
const waitCommands = ['info', 'wait'];

/** Besides all scripts: what the functions send outside of them. */
const operatorCommands = [
  ...[
    'get',
    'hdel',
    'hget',
    'hmget',
    'hset',
    'info',
    'llen',
    'lrange',
    'sadd',
    'set',
    'smembers',
    'srem',
    'time',
    'zmscore',
  ],
  ...['zscore'],
];

/** For doctor, which asks through the operations function whether the engine has WAIT. */
const waitQuestions = ['command|info', 'wait'];

/** Users that no service may be named after. */
export const functionUsers = ['publisher', 'operator'] as const;
export type FunctionUser = (typeof functionUsers)[number];

/** A user and what it may do, as ElastiCache's access strings and Redis' ACL rules write it. */
export interface RedisUser {
  /** `publisher`, `operator`, or the service of a subscription. */
  readonly name: string;
  readonly accessString: string;
}

/** ElastiCache's id of a user, which is its name in Redis too, as IAM authentication requires. */
export const redisUserId = (environment: string, name: string): string => `${environment}-${name}`;

/** Ids of all users, by name. */
export const redisUserIds = (
  environment: string,
  subscriptions: readonly Subscription[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(redisUsers(subscriptions).map(({ name }) => [name, redisUserId(environment, name)]));

/** Name of the secret with a user's id and password. */
export const redisUserSecret = (environment: string, name: string): string =>
  `hokusai/redis/${environment}/users/${name}`;

/**
 * All users of an environment with these subscriptions.
 * @param options `waits`: whether the publisher waits for replicas. ElastiCache Serverless has no WAIT, and ElastiCache refuses an
 * access string with a command that the cache does not have (default true)
 */
export function redisUsers(
  subscriptions: readonly Subscription[],
  options: { readonly waits?: boolean } = {},
): readonly RedisUser[] {
  const names = Object.keys(scriptRights) as ScriptName[];
  const queues = subscriptions.map(({ queue }) => queue);
  const slots = [...new Set([rootQueueOf(queues), ...queues].map(slotOf))];
  return [
    {
      name: 'publisher',
      accessString: accessString(
        [...slots.flatMap((slot) => [`${slot}:dlq`, `${slot}:smoke`, `${slot}:seen:*`]), ...queues],
        ['publish'],
        options.waits === false ? [] : waitCommands,
      ),
    },
    {
      name: 'operator',
      accessString: accessString(
        slots.flatMap((slot) => [slot, `${slot}:*`]),
        names,
        options.waits === false ? operatorCommands : [...operatorCommands, ...waitQuestions],
      ),
    },
    ...subscriptions.map(({ service, queue }) => ({ name: service, accessString: consumerAccess(queue) })),
  ];
}

function consumerAccess(queue: string): string {
  const suffixes = consumerScripts.flatMap((name): readonly string[] => scriptRights[name].suffixes);
  const root = rootQueueOf([queue]);
  return accessString(
    suffixes.map((suffix) => `${queue}${suffix}`),
    consumerScripts,
    consumerCommands,
    // Clients of another slot do not read it.
    slotOf(queue) === root ? [`${root}:queues`] : [],
  );
}

function accessString(
  keys: readonly string[],
  run: readonly ScriptName[],
  commands: readonly string[],
  readKeys: readonly string[] = [],
): string {
  const ofScripts = run.flatMap((name): readonly string[] => scriptRights[name].commands);
  return [
    'on',
    ...sorted(keys).map((key) => `~${key}`),
    ...readKeys.map((key) => `%R~${key}`),
    '-@all',
    ...sorted([
      ...everyone,
      ...(keys.some((key) => key.startsWith('{')) ? inCluster : []),
      ...commands,
      ...ofScripts,
    ]).map((command) => `+${command}`),
  ].join(' ');
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
