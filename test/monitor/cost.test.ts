import { keysOf } from '../../queue/keys';
import { message } from '../support/events';
import { useMonitor, valuesIn } from '../support/monitor';
import { useRedis } from '../support/redis';

const redis = useRedis();
const monitor = useMonitor(redis);
const queue = 'model_events';
const { main, deadLetters, delayed, samples } = keysOf(queue);
/** Times, which differ between two runs' commands. */
const changing = /\d{9,}/g;

test('a run sends the same commands and receives about as many bytes for 100,000 entries in each list as for 100', async () => {
  await monitor.run();
  await fill(100);
  const few = await watched();
  expect(few.commands.length).toBeGreaterThan(20);

  await fill(100_000);
  const many = await watched();

  expect(many.depths).toEqual([100_000, 100_000, 100_000]);
  expect(many.commands).toEqual(few.commands);
  expect(many.commands.filter(isFromEndToEnd)).toEqual([]);
  // The depths themselves have more digits.
  expect(many.bytes - few.bytes).toBeLessThan(200);
});

/** A range over a complete list, whose arguments do not depend on the depth. */
function isFromEndToEnd([command = '', , first = '', last = '']: string[]): boolean {
  return /^z?range$|^lrange$/i.test(command) && first.startsWith('-') !== last.startsWith('-');
}

/** Adds messages, dead letters and future retries until each list has `count` entries. */
async function fill(count: number): Promise<void> {
  const later = String(Date.now() + 3_600_000);
  for (let at = await redis.client.llen(main); at < count; at += 1000) {
    const texts = Array.from({ length: Math.min(1000, count - at) }, (_, index) => message(`m-${at + index}`));
    await Promise.all([
      redis.client.lpush(main, ...texts),
      redis.client.lpush(deadLetters, ...texts),
      redis.client.zadd(delayed, ...texts.flatMap((text) => [later, text])),
    ]);
  }
}

/** One run: the commands that Redis executed, those inside scripts too, and the bytes that it sent. */
async function watched(): Promise<{ commands: string[][]; bytes: number; depths: (number | undefined)[] }> {
  // A connection that was idle for long is tried first.
  await monitor.run();
  // Otherwise the sample's commands depend on whether a minute has passed.
  await redis.client.del(samples);
  const watcher = await redis.client.monitor();
  const commands: string[][] = [];
  const over = new Promise<void>((resolve) => {
    watcher.on('monitor', (_: string, args: string[]) => {
      if (args[1] === 'the run is over') resolve();
      // A sample contains the depths.
      else commands.push((args[1] === samples ? args.slice(0, 2) : args).map((arg) => arg.replace(changing, '…')));
    });
  });
  try {
    const before = await sentBytes();
    const { QueueDepth, DeadLetterDepth, DelayedDepth } = valuesIn(await monitor.run(), queue);
    const bytes = (await sentBytes()) - before;
    await redis.client.echo('the run is over');
    await over;
    return { commands, bytes, depths: [QueueDepth, DeadLetterDepth, DelayedDepth] };
  } finally {
    watcher.disconnect();
  }
}

/** To all clients; what the watcher gets for a command is the same in each run. */
async function sentBytes(): Promise<number> {
  return Number(/total_net_output_bytes:(\d+)/.exec(await redis.client.info('stats'))?.[1]);
}
