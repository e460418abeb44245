/** What the kinds of Redis that a stack creates offer, and the rules of their settings. */
import type { Durability } from '../contract/durability';
import { redisUserIds } from '../contract/redis-users';
import type { Subscription } from '../contract/subscriptions';
import type { CreatedRedisKind, CreatedRedisSettings, Environment } from './environment';
import type { Problem } from './fields';
import { createdRedisName } from './replication-group-id';

interface Kind {
  /** The version of Valkey that is created by default. */
  readonly engineVersion: string;
  /** What can confirm a write; the first is the default. */
  readonly durabilities: readonly [Durability, ...Durability[]];
  /** Beginning of its node types; undefined if it has no nodes. */
  readonly nodeTypes?: string;
  /** Whether it has shards, whose number is a setting. */
  readonly hasShards: boolean;
  /** Whether it takes an auth token; the others authenticate users only. */
  readonly hasToken: boolean;
}

/**
 * "Limitations" of durability, "Supported and restricted commands" and "Role-Based Access Control" in the ElastiCache guide:
 * Serverless has neither WAIT nor synchronous durability nor AUTH tokens. "Consistency" and "Engine versions" in the MemoryDB guide:
 * it replies when its transaction log has the write, and its newest Valkey is 7.3.
 */
export const createdKinds: Readonly<Record<CreatedRedisKind, Kind>> = {
  group: {
    engineVersion: '8.0',
    durabilities: ['replicas', 'primary'],
    nodeTypes: 'cache.',
    hasShards: false,
    hasToken: true,
  },
  cluster: {
    engineVersion: '8.0',
    durabilities: ['replicas', 'engine', 'primary'],
    nodeTypes: 'cache.',
    hasShards: true,
    hasToken: true,
  },
  serverless: { engineVersion: '8.0', durabilities: ['primary'], hasShards: false, hasToken: false },
  memorydb: { engineVersion: '7.3', durabilities: ['engine'], nodeTypes: 'db.', hasShards: true, hasToken: false },
};

/** The first version of Valkey with synchronous durability in ElastiCache. */
const durableEngineVersion = '9.0';

/** The families of nodes with durability. */
const durableNodes = /^cache\.(?:[rm]\d+g|c\d+gn)\./;

/** The port of a Serverless cache cannot be chosen. */
const serverlessPort = 6379;

/** The settings, with the defaults that depend on the kind. */
export function withKindDefaults<
  Settings extends Pick<CreatedRedisSettings, 'kind'> & {
    readonly durability?: Durability | undefined;
    readonly engineVersion?: string | undefined;
  },
>(settings: Settings): Settings & Pick<CreatedRedisSettings, 'durability' | 'engineVersion'> {
  const kind = createdKinds[settings.kind];
  const durability = settings.durability ?? kind.durabilities[0];
  const isDurableCluster = settings.kind === 'cluster' && durability === 'engine';
  const engineVersion = settings.engineVersion ?? (isDurableCluster ? durableEngineVersion : kind.engineVersion);
  return { ...settings, durability, engineVersion };
}

/** The service whose API creates and changes the users. */
export type UserService = 'elasticache' | 'memorydb';

export const userServiceOf = (kind: CreatedRedisKind): UserService =>
  kind === 'memorydb' ? 'memorydb' : 'elasticache';

/** A Redis whose users authenticate with IAM. */
export interface IamUsers {
  /** ARN of the replication group, Serverless cache or MemoryDB cluster, for which tokens are signed. */
  readonly cacheArn: string;
  /** Ids, which are the names too, of the users `publisher`, `operator`, and of each subscription's service. */
  readonly userIds: Readonly<Record<string, string>>;
}

/** The users of a created Redis that authenticate with IAM. */
export function iamUsersOf(
  kind: CreatedRedisKind,
  { environment, account, region }: Pick<Environment, 'environment' | 'account' | 'region'>,
  subscriptions: readonly Subscription[],
): IamUsers {
  const name = createdRedisName(environment);
  const cache =
    kind === 'memorydb'
      ? `memorydb:${region}:${account}:cluster/${name}`
      : `elasticache:${region}:${account}:${kind === 'serverless' ? 'serverlesscache' : 'replicationgroup'}:${name}`;
  return {
    cacheArn: `arn:aws:${cache}`,
    userIds: redisUserIds(environment, subscriptions),
  };
}

/** Adds the settings that the kind does not offer. */
export function checkCreatedRedis(redis: CreatedRedisSettings, found: Problem[]): void {
  const { kind, nodeType, replicas, shards, durability } = redis;
  const { durabilities, nodeTypes, hasShards, hasToken } = createdKinds[kind];
  const refuse = (setting: keyof CreatedRedisSettings, rule: string, remedy: string): void => {
    const value = redis[setting];
    found.push({ path: `redis.${setting}`, rule, value: value === undefined ? 'nothing' : String(value), remedy });
  };
  if (nodeTypes === undefined) {
    const remedy = 'Remove the setting.';
    if (nodeType !== undefined) refuse('nodeType', 'no node type for kind "serverless", which has no nodes', remedy);
    if (replicas !== undefined) refuse('replicas', 'no replicas for kind "serverless", which has no nodes', remedy);
    if (redis.port !== serverlessPort) {
      refuse('port', `${serverlessPort}, the port of every Serverless cache`, 'Remove the setting.');
    }
  } else {
    if (nodeType?.startsWith(nodeTypes) !== true) {
      refuse('nodeType', `a node type for kind "${kind}"`, `Write it as in ${nodeTypes}t4g.small.`);
    }
    if (replicas === undefined) refuse('replicas', `a number for kind "${kind}"`, 'Write 1 to 5.');
  }
  if (!hasShards && shards !== 1) {
    refuse('shards', `1 for kind "${kind}"`, 'Remove the setting, or use kind "cluster" or "memorydb".');
  }
  if (!hasToken && redis.auth === 'token') {
    refuse('auth', `not "token" for kind "${kind}", which authenticates users only`, 'Remove the setting.');
  }
  if (!durabilities.includes(durability)) {
    const offered = durabilities.map((each) => `"${each}"`).join(' or ');
    refuse('durability', `${offered} for kind "${kind}"`, 'Remove the setting, or use another kind.');
  } else if (kind === 'cluster' && durability === 'engine') {
    if (Number.parseFloat(redis.engineVersion) < Number(durableEngineVersion)) {
      refuse('engineVersion', `${durableEngineVersion} or newer for durability "engine"`, 'Raise or remove it.');
    }
    if (nodeType !== undefined && !durableNodes.test(nodeType)) {
      refuse('nodeType', 'a node type with durability "engine"', 'Write it as in cache.m7g.large or cache.r7g.large.');
    }
  }
}
