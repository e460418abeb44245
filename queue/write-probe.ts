import type { Redis } from 'ioredis';
import { rootQueue } from '../contract/patterns';
import { keysOfSlot } from './keys';
import { scripts } from './scripts';

const probeSeconds = 300;

/**
 * Writes as the publisher does: a full or read-only Redis answers PING but refuses messages.
 * @param slot of the queues that the connection is for. @default that of queues without a hash tag
 * @returns the duration of the write, ms.
 */
export async function writeProbe(redis: Redis, slot: string = rootQueue): Promise<number> {
  const startedMs = performance.now();
  await scripts.probe.run(redis, [keysOfSlot(slot).probe], [probeSeconds]);
  return performance.now() - startedMs;
}
