import type { Redis } from 'ioredis';
import { probeKey } from './keys';
import { scripts } from './scripts';

const probeSeconds = 300;

/**
 * Writes as a publisher does: a full or read-only Redis answers a PING and refuses every message.
 * @returns how long the write took, in ms.
 */
export async function writeProbe(redis: Redis): Promise<number> {
  const startedMs = performance.now();
  await scripts.probe.run(redis, [probeKey], [probeSeconds]);
  return performance.now() - startedMs;
}
