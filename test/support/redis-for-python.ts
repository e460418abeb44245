/**
 * A real Redis with TLS and auth for tests in another language. Its first line of output is the address; a
 * line `restart` starts the primary again, empty, and is answered when it is there. It ends with its standard input.
 */
import { createInterface } from 'node:readline';
import { startRedis } from '../../dev/local/redis-server';

// The certificate does not cover 127.0.0.2.
void (async () => {
  const redis = await startRedis({ replica: false, config: { bind: '127.0.0.1 127.0.0.2 -::1' } });
  const printState = (): void => {
    const { host, port, token, caFile, primary } = redis;
    process.stdout.write(`${JSON.stringify({ host, port, token, caFile, pid: primary.pid })}\n`);
  };
  printState();
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== 'restart') throw new Error(`it knows the line "restart", got ${JSON.stringify(line)}`);
    await redis.primary.restart();
    printState();
  }
  await redis.stop();
})();
