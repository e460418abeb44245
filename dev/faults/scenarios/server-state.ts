/** Faults of the Redis server: out of memory, failed snapshot, loading, flushed scripts. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { above, below } from '../alarm-condition';
import type { Fault, Scene } from '../fault';
import { waitUntil } from '../../local/wait-until';

const redisUnavailable = below('RedisAvailability', 1);
const handedBack = above('PublishFailures', 0);

const roomBytes = 2_000_000;
const fillerKeys = 10_000;

/** The memory in use once the replication backlog is full: it grows to its size, and consumers free nothing of it. */
async function usedMemory({ pipeline }: Scene): Promise<number> {
  const info = await (await pipeline.pair.client()).info();
  const bytes = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return bytes('used_memory') + bytes('repl_backlog_size') - bytes('repl_backlog_histlen');
}

/**
 * Takes the room that is too small for a batch: Redis refuses small writes too, such as the monitor's. It is free again before the limit
 * of the accounting: consumers free no more than they are given, and a redelivered batch can need more.
 */
async function fillRest({ pipeline: { pair } }: Scene, over: AbortSignal): Promise<void> {
  for (let number = 0; !over.aborted; number++) {
    const write = pair.command(pair.primary, 'SET', `faults:filler:${number}`, 'x'.repeat(2000), 'EX', 30);
    // Refused: the room that a client's buffers take may become free again.
    await write.catch(() => sleep(20));
  }
}

/** Makes the snapshot fail: its process is killed while it writes. */
async function failSnapshot({ pipeline: { pair } }: Scene): Promise<void> {
  const { primary } = pair;
  await pair.command(primary, 'CONFIG', 'SET', 'save', '3600 1', 'rdb-key-save-delay', 100_000);
  await pair.command(primary, 'BGSAVE');
  const children = await readFile(`/proc/${primary.pid}/task/${primary.pid}/children`, 'utf8');
  process.kill(Number(children.trim().split(' ').at(-1)), 'SIGKILL');
  await waitUntil('the snapshot has failed', async () =>
    (await (await pair.client()).info('persistence')).includes('rdb_last_bgsave_status:err'),
  );
}

/** A clean restart: no data is lost, but Redis needs time to load the snapshot. */
async function restartWithSnapshot({ pipeline: { pair } }: Scene): Promise<void> {
  const { primary } = pair;
  const filler = (await pair.client()).pipeline();
  for (let number = 0; number < fillerKeys; number++) filler.set(`faults:filler:${number}`, '', 'EX', 60);
  await filler.exec();
  // SHUTDOWN closes the connection without a reply. NOW: without it Redis 7.0 waits for replicas and can crash if a client
  // waits too; it would then restart from its last snapshot.
  await pair.command(primary, 'SHUTDOWN', 'NOW', 'SAVE').catch(() => undefined);
  await primary.ended();
  await primary.start();
}

export const serverState: readonly Fault[] = [
  {
    number: 9,
    name: 'out of memory (noeviction), drained by consumers',
    alarms: [handedBack, redisUnavailable, above('MemoryUsedPercent', 85)],
    load: { paddingCharacters: 20_000 },
    break: async (scene) => {
      const { pipeline, alarmed } = scene;
      await Promise.all(pipeline.consumersOf().map((consumer) => consumer.stop()));
      await pipeline.pair.command(
        pipeline.pair.primary,
        'CONFIG',
        'SET',
        'maxmemory',
        (await usedMemory(scene)) + roomBytes,
      );
      await alarmed(handedBack);
      const over = new AbortController();
      const seen = Promise.all([alarmed(redisUnavailable), alarmed(above('MemoryUsedPercent', 85))]);
      await Promise.all([seen.finally(() => over.abort()), fillRest(scene, over.signal)]);
    },
    // The limit stays: only consumers free memory.
    repair: ({ pipeline }) => {
      for (const consumer of pipeline.consumersOf()) consumer.start();
      return Promise.resolve();
    },
    tidy: async ({ pipeline }) => {
      await pipeline.pair.command(pipeline.pair.primary, 'CONFIG', 'SET', 'maxmemory', 0);
    },
  },
  {
    number: 10,
    name: 'MISCONF after a failed snapshot, then a restart: LOADING',
    alarms: [handedBack, redisUnavailable],
    break: async (scene) => {
      const { pipeline, alarmed, handled } = scene;
      await failSnapshot(scene);
      await Promise.all([alarmed(handedBack), alarmed(redisUnavailable)]);
      await pipeline.pair.command(pipeline.pair.primary, 'CONFIG', 'SET', 'save', '', 'rdb-key-save-delay', 0);
      await handled(20);
      await restartWithSnapshot(scene);
    },
    repair: ({ pipeline }) => pipeline.pair.follow(),
  },
  {
    number: 11,
    mostDuplicatesPercent: 0,
    name: 'scripts flushed repeatedly',
    alarms: [],
    break: async ({ pipeline: { pair }, handled }) => {
      const over = new AbortController();
      const enough = handled(200).finally(() => over.abort());
      while (!over.signal.aborted) {
        await pair.command(pair.primary, 'SCRIPT', 'FLUSH', 'SYNC');
        await sleep(20);
      }
      await enough;
    },
  },
];
