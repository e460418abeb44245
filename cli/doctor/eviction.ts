import { ElastiCacheClient, paginateDescribeCacheParameters } from '@aws-sdk/client-elasticache';
import { MemoryDBClient, paginateDescribeParameters } from '@aws-sdk/client-memorydb';
import { nodeOf, replicationGroupOf } from './cache';
import { type Check, findingsOf, type CheckContext } from './check';
import { kindOf, memoryDbClusterOf } from './described-redis';

const { ok, warn } = findingsOf('eviction policy');

/** A Redis that evicts loses queues or deduplication records; only `noeviction` keeps everything. */
export const eviction: Check = {
  name: 'eviction',
  run: async (context) => {
    if (kindOf(context) === 'serverless') {
      return [
        ok(
          'volatile-lru, fixed for Serverless; a full Redis evicts published ids, so that an event may be queued twice',
        ),
      ];
    }
    const described = await parameterGroupOf(context);
    if (described === undefined) return [];
    const { name } = described;
    if (name === undefined) {
      return [warn('the parameter group could not be read', 'Set its maxmemory-policy to noeviction.')];
    }
    const policy = await policyOf(name, context);
    if (policy === 'noeviction') return [ok(`${name}: noeviction`)];
    return [
      warn(
        `${name}: ${policy ?? 'unknown'}; a full Redis ${policy?.startsWith('allkeys') === true ? 'evicts queues' : 'evicts published ids, so that an event may be queued twice'}`,
        'Use a custom parameter group with maxmemory-policy noeviction.',
      ),
    ];
  },
};

/** Undefined if Redis does not exist; its name is undefined if the service does not describe it. */
async function parameterGroupOf(context: CheckContext): Promise<{ readonly name: string | undefined } | undefined> {
  if (kindOf(context) === 'memorydb') {
    const cluster = await memoryDbClusterOf(context);
    return cluster && { name: cluster.ParameterGroupName };
  }
  const group = await replicationGroupOf(context);
  return group && { name: (await nodeOf(context, group))?.CacheParameterGroup?.CacheParameterGroupName };
}

async function policyOf(name: string, context: CheckContext): Promise<string | undefined> {
  const policy = 'maxmemory-policy';
  const { account } = context;
  if (kindOf(context) === 'memorydb') {
    const client = account.client(MemoryDBClient);
    for await (const page of paginateDescribeParameters({ client }, { ParameterGroupName: name })) {
      const found = page.Parameters?.find(({ Name }) => Name === policy);
      if (found !== undefined) return found.Value;
    }
    return undefined;
  }
  const client = account.client(ElastiCacheClient);
  for await (const page of paginateDescribeCacheParameters({ client }, { CacheParameterGroupName: name })) {
    const found = page.Parameters?.find(({ ParameterName }) => ParameterName === policy);
    if (found !== undefined) return found.ParameterValue;
  }
  return undefined;
}
