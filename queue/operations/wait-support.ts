import type { Redis } from 'ioredis';
import type { WaitSupport } from '../../contract/operations';

/** A refusal by Redis' access control, and a command that the engine does not have. */
const isNotPermitted = (error: unknown): boolean => /^NOPERM\b/.test((error as Error).message);
const isUnknown = (error: unknown): boolean => /^ERR unknown command/.test((error as Error).message);

/**
 * Whether the engine has WAIT, which confirms a write with durability `replicas`, and permits it to this user. Without the right to
 * COMMAND INFO, WAIT itself tells: waiting for no replica returns at once.
 */
export async function waitSupport(redis: Redis): Promise<WaitSupport> {
  try {
    const [known] = await redis.command('INFO', 'WAIT');
    if (known === null) return 'unknown';
  } catch (error) {
    if (!isNotPermitted(error)) throw error;
  }
  try {
    await redis.wait(0, 1);
    return 'supported';
  } catch (error) {
    if (isUnknown(error)) return 'unknown';
    if (isNotPermitted(error)) return 'not-permitted';
    throw error;
  }
}
