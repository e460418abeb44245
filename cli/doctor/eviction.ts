import { DescribeCacheParametersCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { nodeOf, replicationGroupOf } from './cache';
import { type Check, findingsOf, type CheckContext } from './check';

const { ok, warn } = findingsOf('eviction policy');

/** A Redis that evicts loses queues or deduplication records; only `noeviction` keeps everything. */
export const eviction: Check = {
  name: 'eviction',
  run: async (context) => {
    const group = await replicationGroupOf(context);
    if (group === undefined) return [];
    const name = (await nodeOf(context, group))?.CacheParameterGroup?.CacheParameterGroupName;
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

async function policyOf(name: string, { account }: CheckContext): Promise<string | undefined> {
  for (let marker: string | undefined; ;) {
    const page = await account
      .client(ElastiCacheClient)
      .send(new DescribeCacheParametersCommand({ CacheParameterGroupName: name, Marker: marker }));
    const found = page.Parameters?.find(({ ParameterName }) => ParameterName === 'maxmemory-policy');
    if (found !== undefined) return found.ParameterValue;
    marker = page.Marker;
    if (marker === undefined || marker === '') return undefined;
  }
}
