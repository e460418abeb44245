/** The stand-in for ElastiCache Serverless and MemoryDB: users without their restricted commands, and `redis.durability` `engine`. */
import { userNamed } from '../../dev/local/redis-users';
import { clusterSubscriptions as subscriptions, type TestCluster } from '../support/cluster';
import { eventBody, registered, sqsRecord } from '../support/events';
import { useHealthFunction } from '../health/health-function';
import { useOperations } from '../operations/operations-function';
import { useMonitor, valuesIn } from '../support/monitor';
import { usePublisher } from '../support/publisher';

export function testRestricted(cluster: TestCluster): void {
  const redis = {
    users: cluster.restrictedUsers,
    get server() {
      return cluster.server;
    },
  };
  const environment = { subscriptions, minReplicaAcks: 0 };
  const publisher = usePublisher(redis, environment);
  const monitor = useMonitor(redis, environment);
  const health = useHealthFunction(redis, {}, environment);
  const operations = useOperations(redis, environment);
  const functions = { publisher, monitor, health, operations };

  test('the functions publish, maintain, measure and operate, and no command is refused', async () => {
    const records = [sqsRecord(eventBody(registered({ event_id: 'r-1' }))), sqsRecord('not json')];
    expect(await publisher.publish(...records)).toEqual([]);
    expect(await publisher.publish(...records)).toEqual([]);
    expect([publisher.metric('MessagesPublished'), publisher.metric('UnreplicatedWrites')]).toEqual([
      [1, 0],
      [0, 0],
    ]);

    const points = await monitor.run();
    for (const { queue } of subscriptions) expect(valuesIn(points, queue)).toMatchObject({ QueueDepth: 1 });
    expect(valuesIn(points)).toMatchObject({ RedisAvailability: 1, EvictionPolicySafe: 1, UnsubscribedMessages: 0 });

    for (const path of ['/ready', '/health', '/messages/r-1'])
      expect([path, (await health.request(path)).status]).toEqual([path, 200]);
    expect((await operations.ask({ action: 'depths' })).queues).toMatchObject(subscriptions.map(() => ({ depth: 1 })));
    for (const [name, { lines }] of Object.entries(functions))
      expect([name, lines.filter((line) => /NOPERM|not-permitted|may not run/.test(line))]).toEqual([name, []]);
  });

  test.each([
    ['publisher', 'wait', '1', '100'],
    ['publisher', 'info'],
    ['operator', 'client', 'list'],
    ['operator', 'config', 'get', 'maxmemory-policy'],
    ['hokusai-site', 'cluster', 'failover'],
    ['hokusai-site', 'client', 'id'],
  ])('the user %s may not run %s %s', async (name, command, ...args) => {
    const session = cluster.session(userNamed(cluster.restrictedUsers, name));
    await expect(session.use('try', (client) => client.call(command, ...args))).rejects.toThrow('NOPERM');
  });
}
