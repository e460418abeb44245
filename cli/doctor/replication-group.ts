import type { ReplicationGroup } from '@aws-sdk/client-elasticache';
import type { Finding } from '../finding';
import { deployRedis } from '../redis-location';
import { nodeOf, replicationGroupOf } from './cache';
import { type Check, findingsOf, type CheckContext } from './check';

const { ok, warn, fail } = findingsOf('replication group');

/** Redis is what the pipeline is built on: TLS, a replica in another zone, an engine with the scripts' flags, no cluster mode. */
export const replicationGroup: Check = {
  name: 'replication-group',
  run: async (context) => {
    const { environment, redis } = context;
    const id = redis.replicationGroupId;
    const group = await replicationGroupOf(context);
    if (group === undefined) {
      return environment.redis.source === 'created'
        ? [warn(`${id} is not there yet`, `${deployRedis(environment)} creates it.`)]
        : [
            fail(
              `there is no replication group ${id}`,
              'Correct redis.replicationGroupId: npx model-events init prints it.',
            ),
          ];
    }
    const engine = (await nodeOf(context, group))?.EngineVersion;
    const wrong = [...problems(group, engine), ...endpointProblems(group, context)];
    return wrong.length > 0
      ? wrong
      : [ok(`${id}: TLS, Multi-AZ, ${group.Engine ?? 'redis'} ${engine ?? ''}, no cluster mode`)];
  },
};

function problems(group: ReplicationGroup, engineVersion: string | undefined): Finding[] {
  const id = group.ReplicationGroupId ?? '';
  const modify = `aws elasticache modify-replication-group --replication-group-id ${id} --apply-immediately`;
  const found: Finding[] = [];
  if (group.TransitEncryptionEnabled !== true) {
    found.push(
      fail(
        `${id} speaks without TLS: the token goes in clear, and every client here insists on TLS`,
        `${modify} --transit-encryption-enabled --transit-encryption-mode preferred, then required.`,
      ),
    );
  } else if (group.TransitEncryptionMode === 'preferred') {
    found.push(warn(`${id} also takes connections without TLS`, `${modify} --transit-encryption-mode required`));
  }
  if (group.AuthTokenEnabled !== true) {
    found.push(
      fail(`${id} asks for no auth token`, `${modify} --auth-token … --auth-token-update-strategy ROTATE, then SET.`),
    );
  }
  if (group.ClusterEnabled === true) {
    found.push(
      fail(
        `${id} has cluster mode on: keys that change together would lie on different nodes`,
        'Create a replication group with cluster mode disabled, or use "source": "created".',
      ),
    );
  }
  if (group.MultiAZ !== 'enabled') found.push(fail(`${id} is not Multi-AZ`, `${modify} --multi-az-enabled`));
  if (group.AutomaticFailover !== 'enabled') {
    found.push(fail(`${id} has no automatic failover`, `${modify} --automatic-failover-enabled`));
  }
  if (group.AtRestEncryptionEnabled !== true) {
    found.push(warn(`${id} is not encrypted at rest`, 'Only a new group can be: restore a snapshot into one.'));
  }
  if (engineVersion === undefined) {
    found.push(
      warn(`the engine's version could not be read`, 'It must be 7 or newer: aws elasticache describe-cache-clusters.'),
    );
  } else if (Number(engineVersion.split('.')[0]) < 7) {
    found.push(
      fail(
        `${id} runs engine ${engineVersion}: before 7 a full Redis cannot be emptied`,
        `${modify} --engine-version 7.1`,
      ),
    );
  }
  return found;
}

function endpointProblems(group: ReplicationGroup, { environment, redis }: CheckContext): Finding[] {
  const found: Finding[] = [];
  const { Address: host, Port: port } = group.NodeGroups?.[0]?.PrimaryEndpoint ?? {};
  if (redis.endpoint !== undefined && (host !== redis.endpoint.host || port !== redis.endpoint.port)) {
    found.push(
      fail(
        `the primary endpoint is ${host ?? '?'}:${port ?? '?'}, the configuration says ${redis.endpoint.host}:${redis.endpoint.port}`,
        'Correct redis.host and redis.port.',
      ),
    );
  }
  const replicas = (group.MemberClusters?.length ?? 0) - 1;
  if (replicas < environment.redis.replicas) {
    found.push(
      fail(
        `there are ${replicas} replicas, the configuration waits for ${environment.redis.replicas}: every write would seem lost`,
        'Correct redis.replicas, or add replicas: aws elasticache increase-replica-count.',
      ),
    );
  }
  return found;
}
