import type { ReplicationGroup } from '@aws-sdk/client-elasticache';
import { isClusterMode, type RedisSettings } from '../../config/environment';
import { durabilityNotes } from '../../contract/durability';
import type { Finding } from '../finding';
import { deployRedis } from '../redis-location';
import { nodeOf, replicationGroupOf } from './cache';
import { serviceFindings } from './redis-service';
import { type Check, findingsOf, type CheckContext } from './check';

const { ok, warn, fail } = findingsOf('replication group');

/** Redis meets the pipeline's requirements: TLS, a replica in another zone, engine 7 or newer, and the configured mode. */
export const replicationGroup: Check = {
  name: 'replication-group',
  run: async (context) => {
    const { environment, redis } = context;
    const id = redis.replicationGroupId;
    const ofService = await serviceFindings(context);
    if (ofService !== undefined) return ofService;
    const group = await replicationGroupOf(context);
    if (group === undefined) {
      return environment.redis.source === 'created'
        ? [warn(`${id} does not exist yet`, `${deployRedis(environment)} creates it.`)]
        : [
            fail(
              `replication group ${id} does not exist`,
              'Correct redis.replicationGroupId: npx model-events init prints it.',
            ),
          ];
    }
    const engine = (await nodeOf(context, group))?.EngineVersion;
    const wrong = [
      ...problems(group, engine),
      ...authProblems(group, environment.redis),
      ...modeProblems(group, context.environment.redis),
      ...durabilityProblems(group, environment.redis),
      ...endpointProblems(group, context),
    ];
    return wrong.length > 0
      ? wrong
      : [
          ok(
            `${id}: TLS, Multi-AZ, ${group.Engine ?? 'redis'} ${engine ?? ''}, ${isClusterMode(environment.redis) ? '' : 'no '}cluster mode`,
          ),
        ];
  },
};

function problems(group: ReplicationGroup, engineVersion: string | undefined): Finding[] {
  const id = group.ReplicationGroupId ?? '';
  const modify = modifyCommand(id);
  const found: Finding[] = [];
  if (group.TransitEncryptionEnabled !== true) {
    found.push(
      fail(
        `${id} does not use TLS: the token is sent in plain text, and all clients of the pipeline require TLS`,
        `${modify} --transit-encryption-enabled --transit-encryption-mode preferred, then required.`,
      ),
    );
  } else if (group.TransitEncryptionMode === 'preferred') {
    found.push(warn(`${id} also accepts connections without TLS`, `${modify} --transit-encryption-mode required`));
  }
  if (group.MultiAZ !== 'enabled') found.push(fail(`${id} is not Multi-AZ`, `${modify} --multi-az-enabled`));
  if (group.AutomaticFailover !== 'enabled') {
    found.push(fail(`${id} has no automatic failover`, `${modify} --automatic-failover-enabled`));
  }
  if (group.AtRestEncryptionEnabled !== true) {
    found.push(warn(`${id} is not encrypted at rest`, 'Encryption requires a new group: restore a snapshot into one.'));
  }
  if (engineVersion === undefined) {
    found.push(
      warn(`the engine's version could not be read`, 'It must be 7 or newer: aws elasticache describe-cache-clusters.'),
    );
  } else if (Number(engineVersion.split('.')[0]) < 7) {
    found.push(
      fail(
        `${id} runs engine ${engineVersion}: before version 7 a full Redis cannot be drained`,
        `${modify} --engine-version 7.1`,
      ),
    );
  }
  return found;
}

const modifyCommand = (id: string): string =>
  `aws elasticache modify-replication-group --replication-group-id ${id} --apply-immediately`;

/** How clients authenticate. CloudFormation replaces the group to change it, which its fixed name prevents. */
export function authProblems(group: ReplicationGroup, redis: RedisSettings): Finding[] {
  const id = group.ReplicationGroupId ?? '';
  const hasUsers = (group.UserGroupIds ?? []).length > 0;
  const hasToken = group.AuthTokenEnabled === true;
  const { auth } = redis;
  const wantsUsers = auth !== 'token';
  if (redis.source === 'created' && wantsUsers && hasToken) {
    return [
      fail(
        `${id} has an auth token, the configuration has redis.auth "${auth}": a deployment would replace ${id}, and fails`,
        'Set redis.auth to "token".',
      ),
    ];
  }
  if (redis.source === 'created' && !wantsUsers && hasUsers) {
    return [
      fail(
        `${id} has users, the configuration has redis.auth "token": a deployment would replace ${id}, and fails`,
        'Remove redis.auth.',
      ),
    ];
  }
  if (wantsUsers)
    return hasUsers ? [] : [fail(`${id} has no user group`, `${modifyCommand(id)} --user-group-ids-to-add …`)];
  const change = '--auth-token … --auth-token-update-strategy ROTATE, then SET.';
  return hasToken ? [] : [fail(`${id} requires no auth token`, `${modifyCommand(id)} ${change}`)];
}

/** Whether the group has the configured mode, and in cluster mode as many shards as alarms watch. */
export function modeProblems(group: ReplicationGroup, redis: RedisSettings): Finding[] {
  const id = group.ReplicationGroupId ?? '';
  if ((group.ClusterEnabled === true) !== isClusterMode(redis)) {
    return isClusterMode(redis)
      ? [fail(`${id} has cluster mode disabled`, 'Remove redis.clusterMode.')]
      : [
          fail(
            `${id} has cluster mode enabled: keys that change together would be on different nodes`,
            'Set redis.clusterMode and give the queues hash tags, or take a replication group with cluster mode disabled.',
          ),
        ];
  }
  const shards = group.NodeGroups?.length ?? 1;
  if (!isClusterMode(redis) || shards === redis.shards) return [];
  return [
    warn(
      `${id} has ${shards} shards, the configuration ${redis.shards}: some nodes have no alarms`,
      'Correct redis.shards.',
    ),
  ];
}

/** The consequence of the setting, on any kind of Redis. */
export const primaryAlone = durabilityNotes.primary.map((note) =>
  warn(
    note,
    'Set it to "replicas" or "engine", which other kinds of Redis offer, unless this Redis is a cache or a test.',
  ),
);

/** Whether a write that the publisher reports as confirmed survives a failover. */
export function durabilityProblems(
  { ReplicationGroupId: id = '', EffectiveDurability: durability }: ReplicationGroup,
  redis: RedisSettings,
): Finding[] {
  if (redis.durability === 'replicas') return [];
  if (redis.durability === 'primary') return primaryAlone;
  if (durability === 'sync') return [];
  return [
    fail(
      `redis.durability is "engine", but ${id} has the durability ${durability ?? 'disabled'}: a failover loses messages that the publisher has reported as confirmed`,
      'Set redis.durability to "replicas", or use a group with the durability sync.',
    ),
  ];
}

function endpointProblems(group: ReplicationGroup, { environment, redis }: CheckContext): Finding[] {
  const found: Finding[] = [];
  const primary = group.NodeGroups?.[0]?.PrimaryEndpoint;
  const { Address: host, Port: port } = group.ConfigurationEndpoint ?? primary ?? {};
  if (redis.endpoint !== undefined && (host !== redis.endpoint.host || port !== redis.endpoint.port)) {
    found.push(
      fail(
        `the ${group.ConfigurationEndpoint === undefined ? 'primary' : 'configuration'} endpoint is ${host ?? '?'}:${port ?? '?'}, the configuration has ${redis.endpoint.host}:${redis.endpoint.port}`,
        'Correct redis.host and redis.port.',
      ),
    );
  }
  const members = (group.NodeGroups ?? []).map(({ NodeGroupMembers: nodes = [] }) => nodes.length);
  const replicas = (group.ClusterEnabled === true ? Math.min(...members) : (group.MemberClusters?.length ?? 0)) - 1;
  const { durability, replicas: wanted = 0 } = environment.redis;
  if (durability === 'replicas' && replicas < wanted) {
    found.push(
      fail(
        `the group has ${replicas} replicas, the configuration waits for ${wanted}: no write is confirmed, and SQS keeps every event`,
        'Correct redis.replicas, or add replicas: aws elasticache increase-replica-count.',
      ),
    );
  }
  return found;
}
