/** What doctor says about a replication group whose mode is not the configured one. */
import { modeProblems } from '../../cli/doctor/replication-group';
import type { ImportedRedisSettings } from '../../config/environment';
import { readEnvironment } from '../../config/read-environment';

const imported = readEnvironment('development').redis as ImportedRedisSettings;
const found = (shardsOfGroup: number | undefined, clusterMode: boolean, shards = 1) =>
  modeProblems(
    {
      ReplicationGroupId: 'events',
      ClusterEnabled: shardsOfGroup !== undefined,
      NodeGroups: Array.from({ length: shardsOfGroup ?? 1 }, () => ({})),
    },
    { ...imported, clusterMode, shards },
  ).map(({ result, found: text, remedy }) => [`${result}: ${text}`, remedy]);

test('a group in the configured mode, with the configured shards, is no problem', () => {
  expect([...found(undefined, false), ...found(3, true, 3)]).toEqual([]);
});

test('cluster mode in the configuration alone is a failure', () => {
  expect(found(undefined, true)).toEqual([['fail: events has cluster mode disabled', 'Remove redis.clusterMode.']]);
});

test('cluster mode of the group alone is a failure, also with one shard', () => {
  for (const shards of [1, 3]) {
    expect(found(shards, false)).toEqual([
      [
        'fail: events has cluster mode enabled: keys that change together would be on different nodes',
        expect.stringMatching(/^Set redis.clusterMode and give the queues hash tags, or /),
      ],
    ]);
  }
});

test('shards that the configuration does not count are a warning: their nodes have no alarms', () => {
  expect(found(3, true, 2)).toEqual([
    ['warn: events has 3 shards, the configuration 2: some nodes have no alarms', 'Correct redis.shards.'],
  ]);
});
