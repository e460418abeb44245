/** What doctor says about a Serverless cache and a MemoryDB cluster that differ from what the stack creates. */
import { memoryDbFindings, serverlessFindings } from '../../cli/doctor/redis-service';
import type { Finding } from '../../cli/finding';

const texts = (findings: readonly Finding[]): string[] => findings.map(({ result, found }) => `${result}: ${found}`);

const cache = { ServerlessCacheName: 'events', Engine: 'valkey', FullEngineVersion: '8.0', UserGroupId: 'events' };
const cluster = {
  Name: 'events',
  EnginePatchVersion: '7.3.0',
  TLSEnabled: true,
  ACLName: 'events',
  AvailabilityMode: 'multiaz',
  NumberOfShards: 2,
} as const;

test('a Serverless cache with users is as created; that its primary alone confirms writes is a warning', () => {
  expect(texts(serverlessFindings(cache))).toEqual([
    'ok: events: Serverless, TLS, users, valkey 8.0, cluster mode',
    'warn: redis.durability is "primary": a failover loses the newest messages, and SQS no longer has them',
  ]);
});

test('a Serverless cache without users is a failure', () => {
  expect(texts(serverlessFindings({ ...cache, UserGroupId: undefined }))).toEqual([
    'fail: events has no user group: it admits every client',
  ]);
});

test('a MemoryDB cluster with TLS, users, replicas and its shards is as created', () => {
  expect(texts(memoryDbFindings(cluster, { shards: 2 }))).toEqual([
    'ok: events: MemoryDB, TLS, Multi-AZ, users, Valkey 7.3.0, cluster mode',
  ]);
});

test('a MemoryDB cluster that is open, in one zone, or has other shards is reported with each fault', () => {
  const open = { ...cluster, TLSEnabled: false, ACLName: 'open-access', AvailabilityMode: 'singleaz' } as const;
  expect(texts(memoryDbFindings(open, { shards: 3 }))).toEqual([
    'fail: events does not use TLS, which all clients require',
    'fail: events has no access control list of its own: it admits every client',
    'fail: events is not Multi-AZ: nothing takes over for a primary that is lost',
    'warn: events has 2 shards, the configuration 3: some nodes have no alarms',
  ]);
});
