// Another client: sends a PING every millisecond, and reports the 99th percentile of its latency in ms when told to stop.
import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Redis } from 'ioredis';

const { host, port, token, ca } = workerData;
const redis = new Redis({
  host,
  port,
  password: token,
  tls: { ...(isIP(host) === 0 ? { servername: host } : {}), ca },
});
const latencies = [];
let stopped = false;
parentPort.once('message', () => (stopped = true));
await redis.ping();
parentPort.postMessage('ready');
while (!stopped) {
  const sentMs = performance.now();
  await redis.ping();
  latencies.push(performance.now() - sentMs);
  await sleep(1);
}
redis.disconnect();
latencies.sort((one, other) => one - other);
parentPort.postMessage(latencies[Math.floor(latencies.length * 0.99)] ?? NaN);
