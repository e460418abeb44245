/** A message that kills its consumer, beside others that only need a while. */
import { randomUUID } from 'node:crypto';
import { above } from '../alarm-condition';
import type { ConsumerPlace } from '../consumers';
import type { Fault } from '../fault';
import { waitUntil } from '../../local/wait-until';
import { endConsumers, replaceConsumers } from '../other-consumers';
import type { PipelineUnderTest } from '../pipeline-under-test';
import { publishDirectly } from '../publish-directly';

const concurrency = 10;
/** One of each kind, alone with its queue. */
const places: readonly ConsumerPlace[] = [
  { name: 'token-node-poisoned', kind: 'node', queue: 'model_events' },
  { name: 'site-python-poisoned', kind: 'python', queue: 'model_events:site' },
];

/** Waits until the message is a dead letter of each queue. */
export async function deadLettered({ pair, queues }: PipelineUnderTest, messageId: string): Promise<void> {
  const redis = await pair.client();
  await waitUntil(
    `${messageId} is dead-lettered in each queue`,
    async () => {
      const letters = await Promise.all(queues.map((queue) => redis.lrange(`${queue}:dlq`, 0, -1)));
      return letters.every((each) => each.some((letter) => letter.includes(`"message_id":"${messageId}"`)));
    },
    120,
  );
}

export const poison: readonly Fault[] = [
  {
    number: 26,
    name: 'one message that kills its consumer among nine good ones, concurrency 10: Node, Python',
    alarms: [above('MessagesReclaimed', 0), above('DeadLetterDepth', 0)],
    load: { perSecond: 0 },
    deadLetters: ['crashes'],
    break: async (scene) => {
      const { pipeline, random } = scene;
      await Promise.all(pipeline.consumersOf().map((consumer) => consumer.stop()));
      const killer = Math.floor(random() * concurrency);
      const prefix = `poison-${randomUUID().slice(0, 8)}-`;
      await publishDirectly(
        scene,
        // The good ones are still handled when the killer ends the process.
        Array.from({ length: concurrency }, (_, index) => ({
          id: `${prefix}${index}`,
          model: index === killer ? 'crashes' : 'slow',
        })),
      );
      await replaceConsumers(pipeline, places, {
        FAULTS_CONCURRENCY: String(concurrency),
        FAULTS_SLOW_SECONDS: '1',
      });
      await deadLettered(pipeline, `${prefix}${killer}`);
    },
    tidy: async ({ pipeline }) => {
      await endConsumers(pipeline, places);
      for (const consumer of pipeline.consumersOf()) consumer.start();
    },
  },
];
