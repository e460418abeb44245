/** redis-benchmark: the throughput of this Redis for plain pipelined commands, the upper bound of every queue. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Redis } from 'ioredis';
import type { LocalRedis } from '../local/redis-server';

/** @returns LPUSH commands of 500 bytes per second on one connection, single and in pipelines of 16 */
export async function measureLimit(server: LocalRedis, client: Redis): Promise<Record<string, number>> {
  // redis-benchmark accepts a token only as an argument, which other users can read: the token is removed meanwhile.
  await client.config('SET', 'requirepass', '');
  try {
    return await measure(server);
  } finally {
    await client.config('SET', 'requirepass', server.token);
  }
}

async function measure({ host, port, caFile }: LocalRedis): Promise<Record<string, number>> {
  const results: Record<string, number> = {};
  for (const pipeline of [1, 16]) {
    const args = ['-h', host, '-p', String(port), '--tls', '--cacert', caFile, '-c', '1', '-P', String(pipeline)];
    const load = ['-n', '50000', '-d', '500', '-t', 'lpush', '--csv'];
    const { stdout } = await promisify(execFile)('redis-benchmark', [...args, ...load]);
    results[`LPUSH, pipeline of ${pipeline}`] = Number(/"LPUSH","([\d.]+)"/.exec(stdout)?.[1]);
  }
  return results;
}
