/** The upgrade from the previous version, whose key format is another one. */
import { join } from 'node:path';
import { keysOf } from '../../../queue/keys';
import { waitUntil } from '../../local/wait-until';
import { above } from '../alarm-condition';
import type { ConsumerPlace } from '../consumers';
import type { Fault } from '../fault';
import { endConsumers, replaceConsumers } from '../other-consumers';
import { queues, type PipelineUnderTest } from '../pipeline-under-test';
import { unpackPreviousVersion } from '../previous-version';

const reclaimed = above('MessagesReclaimed', 0);

const places: readonly ConsumerPlace[] = [
  { name: 'token-node-previous', kind: 'node', queue: 'model_events' },
  { name: 'token-python-previous', kind: 'python', queue: 'model_events' },
  { name: 'site-node-previous', kind: 'node', queue: 'model_events:site' },
  { name: 'site-python-previous', kind: 'python', queue: 'model_events:site' },
];

/** Waits until each queue has waiting, claimed, delayed and dead messages at the same time. */
async function untilAllPlacesHaveSome(pipeline: PipelineUnderTest): Promise<void> {
  const redis = await pipeline.pair.client();
  const empty = async (): Promise<string[]> => {
    const counts = queues
      .map(keysOf)
      .flatMap(({ main, processing, delayed, deadLetters, formerLeases }) => [
        ...[main, processing, deadLetters].map(async (key) => [key, await redis.llen(key)] as const),
        ...[delayed, formerLeases].map(async (key) => [key, await redis.zcard(key)] as const),
      ]);
    return (await Promise.all(counts)).filter(([, count]) => count === 0).map(([key]) => key);
  };
  let missing: string[] = [];
  await waitUntil(
    () => `the previous version's messages are in ${missing.join(', ')}`,
    async () => (missing = await empty()).length === 0,
  );
}

export const upgrade: readonly Fault[] = [
  {
    number: 28,
    name: 'upgrade with waiting, claimed, delayed and dead messages, while consumers of the previous version run',
    alarms: [reclaimed],
    load: { special: { everyNth: 5, models: ['slow', 'fails', 'slow', 'refused', 'slow'] } },
    deadLetters: ['fails', 'refused'],
    break: async ({ pipeline, alarmed, handled }) => {
      await pipeline.monitor.stop();
      const previous = unpackPreviousVersion(join(pipeline.pair.folder, `previous-${Date.now()}`));
      // Retries wait long enough for the current version to find them.
      const old = await replaceConsumers(pipeline, places, { ...previous, FAULTS_FIRST_RETRY_SECONDS: '5' });
      await handled(100);
      await untilAllPlacesHaveSome(pipeline);
      pipeline.monitor = await pipeline.functions.startMonitor(pipeline.proxies.monitor);
      for (const consumer of pipeline.consumersOf()) consumer.start();
      await handled(200);
      // One of each queue dies with its claims, one gives them back.
      await Promise.all(old.map((consumer, index) => consumer.stop(index % 2 === 0 ? 'SIGKILL' : 'SIGTERM')));
      await endConsumers(pipeline, places);
      await alarmed(reclaimed);
      await handled(40);
    },
  },
];
