import { parseRedisInfo } from '../../queue/redis-info';
import { useRedis } from '../support/redis';

/** As ElastiCache answers, shortened. */
const elastiCache = [
  '# Memory',
  'used_memory:26214400',
  'used_memory_human:25.00M',
  'maxmemory:104857600',
  'maxmemory_policy:volatile-lru',
  '',
  '# Replication',
  'role:master',
  'connected_slaves:2',
  'slave0:ip=10.0.1.7,port=6379,state=online,offset=981,lag=0',
  'slave1:ip=10.0.2.9,port=6379,state=send_bulk,offset=0,lag=12,type=replica',
  'master_failover_state:no-failover',
  'slave_expires_tracked_keys:0',
].join('\r\n');

describe('a server', () => {
  const redis = useRedis({ replica: true, config: { maxmemory: '100mb', 'maxmemory-policy': 'noeviction' } });

  test('reports its memory use, its eviction policy and the lag of its replica', async () => {
    const info = parseRedisInfo(await redis.client.info('memory', 'replication'));
    expect(info).toMatchObject({
      evictionPolicy: 'noeviction',
      replicas: [
        { address: expect.stringMatching(/:\d+$/) as string, online: true, lagSeconds: expect.any(Number) as number },
      ],
    });
    expect(info.memoryUsedPercent).toBeGreaterThan(0);
    expect(info.memoryUsedPercent).toBeLessThan(100);
  });
});

test('each replica is reported, including one that is still synchronizing', () => {
  expect(parseRedisInfo(elastiCache)).toEqual({
    memoryUsedBytes: 26_214_400,
    memoryUsedPercent: 25,
    evictionPolicy: 'volatile-lru',
    replicas: [
      { address: '10.0.1.7:6379', online: true, lagSeconds: 0 },
      { address: '10.0.2.9:6379', online: false, lagSeconds: 12 },
    ],
  });
});

test('a server without a memory limit has no percentage', () => {
  expect(parseRedisInfo('used_memory:100\r\nmaxmemory:0\r\n').memoryUsedPercent).toBeUndefined();
});

test('missing fields are undefined', () => {
  const nothing = { memoryUsedBytes: undefined, memoryUsedPercent: undefined, evictionPolicy: undefined, replicas: [] };
  expect(parseRedisInfo('')).toEqual(nothing);
  expect(parseRedisInfo('# Memory\r\nused_memory:many\r\nmaxmemory:lots\r\n:\r\n')).toEqual(nothing);
});
