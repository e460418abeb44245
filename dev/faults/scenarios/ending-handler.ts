/** A handler of a prefetched message that ends its process at once: its start was sent, and Redis has not replied. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { messageStatus } from '../../../queue/message-status';
import { waitUntil } from '../../local/wait-until';
import { above } from '../alarm-condition';
import type { ConsumerPlace } from '../consumers';
import type { Fault } from '../fault';
import { endConsumers, replaceConsumers } from '../other-consumers';
import { publishDirectly } from '../publish-directly';
import { deadLettered } from './poison';

/** What one claim takes: a message for the handler, and the prefetched ones. */
const claimed = 9;
const places: readonly ConsumerPlace[] = [
  { name: 'token-node-ending', kind: 'node', queue: 'model_events' },
  { name: 'site-node-ending', kind: 'node', queue: 'model_events:site' },
];

/** @throws an error if the message returns as one that was only prefetched: then its next claim starts it. */
async function startedByItsFirstClaim(redis: Redis, queue: string, id: string): Promise<void> {
  let first: string | undefined;
  await waitUntil(`${id} of ${queue} counts as started`, async () => {
    const { subscriptions } = await messageStatus(redis, id, [{ service: queue, queue }]);
    const [status] = subscriptions;
    if (status?.place !== 'claimed') return false;
    first ??= status.claimed_at;
    if (status.claimed_at !== first) throw new Error(`the start of ${id} of ${queue} was not counted`);
    return status.started;
  });
}

export const endingHandler: readonly Fault[] = [
  {
    number: 33,
    name: 'the handler of a prefetched message ends its process at once: it counts as started, no other message comes again',
    alarms: [above('MessagesReclaimed', 0), above('DeadLetterDepth', 0)],
    load: { perSecond: 0 },
    deadLetters: ['crashes'],
    mostDuplicatesPercent: 0,
    break: async (scene) => {
      const { pipeline, random } = scene;
      await Promise.all(pipeline.consumersOf().map((consumer) => consumer.stop()));
      const ending = 1 + Math.floor(random() * (claimed - 1));
      const ids = Array.from({ length: claimed }, () => `ending-${randomUUID().slice(0, 8)}`);
      await publishDirectly(
        scene,
        ids.map((id, index) => ({ id, model: index === ending ? 'crashes' : 'usual' })),
      );
      await replaceConsumers(pipeline, places, { FAULTS_CONCURRENCY: '1' });
      const id = ids[ending] ?? '';
      const redis = await pipeline.pair.client();
      await Promise.all(places.map(({ queue }) => startedByItsFirstClaim(redis, queue, id)));
      await deadLettered(pipeline, id);
      pipeline.journal.read();
      const handled = places.flatMap(({ queue }) =>
        [...pipeline.journal.of(queue)].filter(([each]) => ids.includes(each)),
      );
      const retried = handled.filter(([, { tries }]) => tries.some((each) => each !== '0.0'));
      if (retried.length > 0) throw new Error(`a retry was counted for ${retried.map(([each]) => each).join(', ')}`);
    },
    tidy: async ({ pipeline }) => {
      await endConsumers(pipeline, places);
      for (const consumer of pipeline.consumersOf()) consumer.start();
    },
  },
];
