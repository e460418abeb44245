import { superviseRedis } from '../../../dev/local/redis-supervision';
import { connect } from '../../../queue/connection';
import { endpointOf, useRedis } from '../../support/redis';

const redis = useRedis({ replica: true });
let lines: string[] = [];
let heard: () => void = () => undefined;
const output = (line: string): void => {
  lines.push(line);
  heard();
};
const line = (): Promise<void> => new Promise((resolve) => (heard = resolve));
beforeEach(() => (lines = []));

test('a killed primary is reported with the restart command, and returns on its port with the queues', async () => {
  const supervision = superviseRedis(redis.server, 'kill -USR2 1', output);
  await redis.client.lpush('model_events', 'a', 'b');
  await redis.server.replicaLinked();
  const reported = line();
  process.kill(redis.server.primary.pid, 'SIGKILL');
  await reported;
  expect(lines).toEqual([expect.stringMatching(/the primary has ended.*kill -USR2 1$/)]);

  await Promise.all([supervision.restart(), supervision.restart()]);
  expect(lines.slice(1)).toEqual([`the primary is back on port ${redis.server.port}, with all that its replica had`]);
  const client = await connect(endpointOf(redis.server));
  expect(await client.lrange('model_events', 0, -1)).toEqual(['b', 'a']);
  expect(await client.call('WAIT', 1, 1000)).toBe(1);
  client.disconnect();
  supervision.stop();
});

test('a restart restores a token that was changed', async () => {
  const supervision = superviseRedis(redis.server, 'kill -USR2 1', output);
  await redis.client.config('SET', 'requirepass', 'another-token-of-a-test');
  await expect(connect(endpointOf(redis.server))).rejects.toMatchObject({ fault: 'token-refused' });
  await supervision.restart();
  (await connect(endpointOf(redis.server))).disconnect();
  supervision.stop();
});

test('if both nodes are lost, they restart empty, and the output reports it', async () => {
  const supervision = superviseRedis(redis.server, 'kill -USR2 1', output);
  await redis.client.lpush('model_events', 'a');
  await redis.server.replica?.kill();
  const reported = line();
  await redis.server.primary.kill();
  await reported;
  await supervision.restart();
  expect(lines.at(-1)).toBe(`the primary is back on port ${redis.server.port}, empty`);
  const client = await connect(endpointOf(redis.server));
  expect(await client.dbsize()).toBe(0);
  expect(await client.call('WAIT', 1, 1000)).toBe(1);
  client.disconnect();
  supervision.stop();
});

test('an expected end is not reported', async () => {
  const supervision = superviseRedis(redis.server, 'kill -USR2 1', output);
  supervision.stop();
  await redis.server.primary.kill();
  await redis.server.primary.ended();
  expect(lines).toEqual([]);
  await redis.server.primary.restart();
});
