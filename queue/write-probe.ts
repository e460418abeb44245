import type { Redis } from 'ioredis';
import { probeKey } from './keys';
import { scripts } from './scripts';

const probeSeconds = 300;

/**
 * Writes as the publisher does: a full or read-only Redis answers PING but refuses messages.
 * @returns the duration of the write, ms.
 */
export async function writeProbe(redis: Redis): Promise<number> {
  const startedMs = performance.now();
  await scripts.probe.run(redis, [probeKey], [probeSeconds]);
  return performance.now() - startedMs;
}
