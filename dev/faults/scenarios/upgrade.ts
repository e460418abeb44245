/** The upgrade from the previous version, whose key format is another one. */
import { join } from 'node:path';
import { keysOf, type QueueKeys } from '../../../queue/keys';
import { waitUntil } from '../../local/wait-until';
import { above } from '../alarm-condition';
import type { ConsumerPlace } from '../consumers';
import type { Fault } from '../fault';
import { endConsumers, replaceConsumers } from '../other-consumers';
import type { Program } from '../program';
import type { PipelineUnderTest } from '../pipeline-under-test';
import { unpackPreviousVersion } from '../previous-version';

const reclaimed = above('MessagesReclaimed', 0);

const places: readonly ConsumerPlace[] = [
  { name: 'token-node-previous', kind: 'node', queue: 'model_events' },
  { name: 'token-python-previous', kind: 'python', queue: 'model_events' },
  { name: 'site-node-previous', kind: 'node', queue: 'model_events:site' },
  { name: 'site-python-previous', kind: 'python', queue: 'model_events:site' },
];

/** Pauses the consumers when each queue has claimed, delayed and dead messages, and waits until some wait, too. */
async function untilAllPlacesHaveSome(pipeline: PipelineUnderTest, consumers: readonly Program[]): Promise<void> {
  const { queues, pair } = pipeline;
  const redis = await pair.client();
  let empty: string[] = [];
  const haveSome = async (of: (keys: QueueKeys) => readonly string[]): Promise<boolean> => {
    const counted = queues.map(keysOf).flatMap(of);
    const exist = await Promise.all(counted.map((key) => redis.exists(key)));
    empty = counted.filter((_, index) => exist[index] === 0);
    return empty.length === 0;
  };
  const what = (): string => `the previous version's messages are in ${empty.join(', ')}`;
  await waitUntil(what, () =>
    haveSome(({ formerLeases, delayed, deadLetters }) => [formerLeases, delayed, deadLetters]),
  );
  for (const consumer of consumers) consumer.pause();
  await waitUntil(what, () => haveSome(({ main }) => [main]));
}

export const upgrade: readonly Fault[] = [
  {
    number: 28,
    name: 'upgrade with waiting, claimed, delayed and dead messages, while consumers of the previous version run',
    alarms: [reclaimed],
    load: { special: { everyNth: 10, models: ['slow', 'fails', 'refused', 'fails'] } },
    deadLetters: ['fails', 'refused'],
    break: async ({ pipeline, alarmed, handled }) => {
      await pipeline.monitor.stop();
      const previous = unpackPreviousVersion(join(pipeline.pair.folder, `previous-${Date.now()}`));
      // Retries wait long enough for the current version to find them.
      const old = await replaceConsumers(pipeline, places, {
        FAULTS_NODE_PACKAGE: previous.nodeModule,
        PYTHONPATH: previous.pythonPath,
        FAULTS_FIRST_RETRY_SECONDS: '5',
      });
      await handled(100);
      await untilAllPlacesHaveSome(pipeline, old);
      pipeline.monitor = await pipeline.functions.startMonitor(pipeline.proxies.monitor);
      for (const consumer of old) consumer.resume();
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
