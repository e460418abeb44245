/** Reports when the local Redis ends unexpectedly, and restarts it as a failover does. */
import { connect } from '../../queue/connection';
import { RedisError } from '../../queue/errors';
import type { LocalRedis } from './redis-server';

/** How long a node may take to catch up with the other. */
const linkMilliseconds = 10_000;

export interface RedisSupervision {
  /** Restarts the primary with the same port and token; concurrent calls share one restart. */
  restart(): Promise<void>;
  /** Ends the supervision: a later end of Redis is expected. */
  stop(): void;
}

/**
 * @param restartCommand the command that restarts it
 * @param report called with each line
 */
export function superviseRedis(
  redis: LocalRedis,
  restartCommand: string,
  report: (line: string) => void,
): RedisSupervision {
  let stopped = false;
  let restarting: Promise<void> | undefined;

  const watch = (): void => {
    void redis.primary.ended().then(() => {
      if (stopped || restarting !== undefined) return;
      report(
        `the primary has ended. Registrations wait in the buffer, consumers get nothing. Bring it back: ${restartCommand}`,
      );
    });
  };
  const restart = async (): Promise<void> => {
    try {
      const kept = await bringBack(redis);
      report(`the primary is back on port ${redis.port}, ${kept ? 'with all that its replica had' : 'empty'}`);
    } catch (error) {
      report(`the primary could not be brought back: ${(error as Error).message}`);
    } finally {
      restarting = undefined;
      watch();
    }
  };
  watch();
  return {
    restart: () => (restarting ??= restart()),
    stop: () => (stopped = true),
  };
}

/**
 * Promotes the replica, restarts the primary as its replica and promotes it again, so that the address stays the same. Writes
 * in between are refused or not confirmed.
 * @returns whether the queues are unchanged; without data of the replica they are empty
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
