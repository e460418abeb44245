/** Faults of time: paused monitors, wrong clocks, slow handlers. */
import { above } from '../alarm-condition';
import type { ConsumerPlace } from '../consumers';
import type { Fault } from '../fault';
import type { Program } from '../program';
import { waitUntil } from '../../local/wait-until';
import type { PipelineUnderTest } from '../pipeline-under-test';

const reclaimed = above('MessagesReclaimed', 0);
/** Handlers hold a message for longer than a lease. */
const slowLoad = { special: { everyNth: 20, models: ['slow'] } } as const;
const hourMs = 3_600_000;

async function claimsStand(pipeline: PipelineUnderTest, queue: string): Promise<void> {
  const redis = await pipeline.pair.client();
  await waitUntil(`a slow message is held in ${queue}`, async () => {
    const texts = await redis.lrange(`${queue}:processing`, 0, -1);
    return texts.some((text) => text.includes('"model_id":"slow"'));
  });
}

let misled: Program[] = [];

export const time: readonly Fault[] = [
  {
    number: 18,
    mostDuplicatesPercent: 2,
    name: 'two monitors at once, one paused for longer than a lease',
    alarms: [reclaimed],
    load: slowLoad,
    break: async ({ pipeline, random, alarmed, handled }) => {
      const { spare } = pipeline.proxies;
      const second = await pipeline.functions.startMonitor(spare, 30);
      try {
        let paused: number | undefined;
        // At any point of its run: after the probe, between two steps of the maintenance, before it reads the depths.
        spare.dropNthReply(4 + Math.floor(random() * 12), () => {
          [paused] = second.monitor.pids;
          if (paused !== undefined) process.kill(paused, 'SIGSTOP');
        });
        await waitUntil('the second monitor is paused', () => paused !== undefined);
        await claimsStand(pipeline, 'model_events');
        for (const consumer of pipeline.consumersOf('model_events')) consumer.kill();
        await alarmed(reclaimed);
        if (paused !== undefined) process.kill(paused, 'SIGCONT');
        await handled(40);
      } finally {
        await second.stop();
      }
    },
  },
  {
    number: 19,
    mostDuplicatesPercent: 2,
    name: 'clocks off by an hour: one consumer ahead, one and the monitor behind',
    alarms: [reclaimed],
    load: { special: { everyNth: 20, models: ['slow', 'fails'] } },
    deadLetters: ['fails'],
    break: async ({ pipeline, alarmed, handled }) => {
      await Promise.all(pipeline.consumersOf('model_events').map((consumer) => consumer.stop()));
      await pipeline.monitor.stop();
      const of = (kind: ConsumerPlace['kind'], offsetMs: number): Program =>
        pipeline.consumer(
          { name: `token-${kind}-misled`, kind, queue: 'model_events' },
          pipeline.proxies.consumers,
          () => ({
            FAULTS_CLOCK_OFFSET_MS: String(offsetMs),
          }),
        );
      misled = [of('node', hourMs), of('python', -hourMs)];
      for (const consumer of misled) consumer.start();
      pipeline.monitor = await pipeline.functions.startMonitor(pipeline.proxies.monitor, undefined, {
        FAULTS_CLOCK_OFFSET_MS: String(-hourMs),
      });
      await claimsStand(pipeline, 'model_events');
      for (const consumer of misled) consumer.kill();
      await alarmed(reclaimed);
      await handled(40);
    },
    tidy: async ({ pipeline }) => {
      await Promise.all(misled.map((consumer) => consumer.stop()));
      for (const consumer of pipeline.consumersOf('model_events')) consumer.start();
      await pipeline.monitor.stop();
      pipeline.monitor = await pipeline.functions.startMonitor(pipeline.proxies.monitor);
    },
  },
  {
    number: 22,
    name: 'handlers slower than their lease, and one that blocks its process',
    alarms: [reclaimed],
    load: { special: { everyNth: 20, models: ['slow', 'blocks'] } },
    break: async ({ alarmed, handled }) => {
      await alarmed(reclaimed);
      await handled(40);
    },
  },
];
