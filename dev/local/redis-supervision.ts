/** Reports when the local Redis ends unexpectedly, and restarts it as a failover does. */
import { connect } from '../../queue/connection';
import { RedisError } from '../../queue/errors';
import type { LocalRedis } from './redis-server';

/** How long a node may take to catch up with the other. */
const linkMilliseconds = 10_000;

export interface RedisSupervision {
  /** Brings the primary back, under its port and with its token; a second call while one is under way is that one. */
  restart(): Promise<void>;
  /** Ends the supervision: a later end of Redis is expected. */
  stop(): void;
}

/**
 * @param howToGoOn the command that restarts it
 * @param say called with each report
 */
export function superviseRedis(redis: LocalRedis, howToGoOn: string, say: (line: string) => void): RedisSupervision {
  let meant = false;
  let restarting: Promise<void> | undefined;

  const watch = (): void => {
    void redis.primary.ended().then(() => {
      if (meant || restarting !== undefined) return;
      say(
        `the primary has ended. Registrations wait in the buffer, consumers get nothing. Bring it back: ${howToGoOn}`,
      );
    });
  };
  const restart = async (): Promise<void> => {
    try {
      const kept = await bringBack(redis);
      say(`the primary is back on port ${redis.port}, ${kept ? 'with all that its replica had' : 'empty'}`);
    } catch (error) {
      say(`the primary could not be brought back: ${(error as Error).message}`);
    } finally {
      restarting = undefined;
      watch();
    }
  };
  watch();
  return {
    restart: () => (restarting ??= restart()),
    stop: () => (meant = true),
  };
}

/**
 * The replica takes over, the primary comes back as its replica and takes over again, so that the address stays. What is
 * written meanwhile is refused, or not confirmed.
 * @returns whether the queues are as they were; where both are lost they are empty
 */
async function bringBack(redis: LocalRedis): Promise<boolean> {
  const { primary, replica } = redis;
  if (replica === undefined) throw new Error('it has no replica');
  await primary.kill();
  const ask = async (port: number, command: string, ...words: (string | number)[]): Promise<unknown> => {
    const { host, token, ca } = redis;
    const client = await connect({ host, port, token, ca, commandTimeoutMs: linkMilliseconds + 1000 });
    try {
      return await client.call(command, ...words);
    } finally {
      client.disconnect();
    }
  };
  try {
    await ask(replica.port, 'REPLICAOF', 'NO', 'ONE');
  } catch (error) {
    if (!(error instanceof RedisError) || error.fault !== 'connection-refused') throw error;
    // All nodes are lost, and with them the queues.
    await primary.start();
    await replica.restart();
    await redis.replicaLinked();
    return false;
  }
  await primary.start();
  await ask(primary.port, 'REPLICAOF', 'localhost', replica.port);
  if ((await ask(replica.port, 'WAIT', 1, linkMilliseconds)) !== 1) {
    throw new Error(`it did not catch up with its replica on port ${replica.port} within ${linkMilliseconds} ms`);
  }
  await ask(primary.port, 'REPLICAOF', 'NO', 'ONE');
  await ask(replica.port, 'REPLICAOF', 'localhost', primary.port);
  await redis.replicaLinked();
  return true;
}
