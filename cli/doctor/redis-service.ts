import type { ServerlessCache } from '@aws-sdk/client-elasticache';
import type { Cluster } from '@aws-sdk/client-memorydb';
import type { CreatedRedisSettings } from '../../config/environment';
import { durabilityNotes } from '../../contract/durability';
import type { Finding } from '../finding';
import { deployRedis } from '../redis-location';
import { type CheckContext, findingsOf } from './check';
import { kindOf, memoryDbClusterOf, serverlessCacheOf } from './described-redis';

const { ok, warn, fail } = findingsOf('redis service');

/** What is found of a created Serverless cache or MemoryDB cluster; undefined for a replication group. */
export async function serviceFindings(context: CheckContext): Promise<Finding[] | undefined> {
  const { environment } = context;
  const { redis } = environment;
  const kind = kindOf(context);
  if (redis.source !== 'created' || (kind !== 'serverless' && kind !== 'memorydb')) return undefined;
  const found =
    kind === 'serverless'
      ? await serverlessCacheOf(context).then((cache) => cache && serverlessFindings(cache))
      : await memoryDbClusterOf(context).then((cluster) => cluster && memoryDbFindings(cluster, redis));
  const notYet = `${context.redis.replicationGroupId} does not exist yet`;
  return found ?? [warn(notYet, `${deployRedis(environment)} creates it.`)];
}

const redeploy = 'Deploy the stack of Redis, which sets it.';

export function serverlessFindings(cache: ServerlessCache): Finding[] {
  const { ServerlessCacheName: name = '', UserGroupId: users, FullEngineVersion: version = '' } = cache;
  if (users === undefined) return [fail(`${name} has no user group: it admits every client`, redeploy)];
  return [
    ok(`${name}: Serverless, TLS, users, ${cache.Engine ?? ''} ${version}, cluster mode`),
    ...durabilityNotes.primary.map((note) =>
      warn(note, 'Serverless offers nothing else: use another kind of Redis, unless this one is a cache or a test.'),
    ),
  ];
}

export function memoryDbFindings(cluster: Cluster, { shards }: Pick<CreatedRedisSettings, 'shards'>): Finding[] {
  const { Name: name = '', EnginePatchVersion: version = '', NumberOfShards: existing = 1 } = cluster;
  const found: Finding[] = [];
  if (cluster.TLSEnabled !== true) found.push(fail(`${name} does not use TLS, which all clients require`, redeploy));
  if (cluster.ACLName === undefined || cluster.ACLName === 'open-access') {
    found.push(fail(`${name} has no access control list of its own: it admits every client`, redeploy));
  }
  if (
    // The API's documentation has MultiAZ, its model multiaz.
    cluster.AvailabilityMode?.toLowerCase() !== 'multiaz'
  ) {
    found.push(fail(`${name} is not Multi-AZ: nothing takes over for a primary that is lost`, redeploy));
  }
  if (existing !== shards) {
    const compared = `${name} has ${existing} shards, the configuration ${shards}: some nodes have no alarms`;
    found.push(warn(compared, 'Correct redis.shards.'));
  }
  return found.length > 0 ? found : [ok(`${name}: MemoryDB, TLS, Multi-AZ, users, Valkey ${version}, cluster mode`)];
}
