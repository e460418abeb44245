/** Faults of deliveries: duplicates, wrong order, poison messages, a large backlog. */
import { randomUUID } from 'node:crypto';
import type { SQSEvent } from 'aws-lambda';
import { above } from '../alarm-condition';
import { unimpaired } from '../proxied-connection';
import type { Fault, Scene } from '../fault';
import { shuffled } from '../random';
import type { PipelineUnderTest } from '../pipeline-under-test';
import { publishDirectly } from '../publish-directly';

const retried = above('PublishRetries', 0);

/** Delivers each batch in random order, then again in reverse order. */
function deliverTwice({ pipeline, random }: Scene): PipelineUnderTest['deliver'] {
  return async (event: SQSEvent) => {
    const Records = shuffled(event.Records, random);
    await pipeline.invoke(pipeline.publisher, { Records }).catch(() => undefined);
    return pipeline.invoke(pipeline.publisher, { Records: Records.toReversed() });
  };
}

let usualDelivery: PipelineUnderTest['deliver'] | undefined;

const backlog = 50_000;
const backlogBatch = 500;

async function pile(scene: Scene): Promise<void> {
  const prefix = `backlog-${randomUUID().slice(0, 8)}-`;
  for (let from = 0; from < backlog; from += backlogBatch) {
    const batch = Array.from({ length: backlogBatch }, (_, index) => ({
      id: `${prefix}${from + index}`,
      model: 'usual',
    }));
    await publishDirectly(scene, batch);
  }
}

export const deliveries: readonly Fault[] = [
  {
    number: 20,
    mostDuplicatesPercent: 5,
    name: 'every delivery twice and out of order, replies lost',
    alarms: [retried],
    break: async (scene) => {
      const { pipeline, handled, alarmed } = scene;
      usualDelivery = pipeline.deliver;
      pipeline.deliver = deliverTwice(scene);
      for (const proxy of pipeline.allProxies) proxy.impairment = { ...unimpaired, lostReplyShare: 0.05 };
      await Promise.all([alarmed(retried), handled(300)]);
    },
    repair: ({ pipeline }) => {
      if (usualDelivery !== undefined) pipeline.deliver = usualDelivery;
      for (const proxy of pipeline.allProxies) proxy.impairment = unimpaired;
      return Promise.resolve();
    },
  },
  {
    number: 21,
    name: 'poison messages: refused, failing, killing their consumer',
    alarms: [above('DeadLetterDepth', 0), above('MessagesDeadLettered', 0), above('MessagesReclaimed', 0)],
    load: {
      special: {
        everyNth: 5,
        models: ['fails', 'invalid', 'fails', 'invalid', 'crashes', ...Array<string>(30).fill('fails')],
      },
    },
    deadLetters: ['fails', 'invalid', 'crashes'],
    break: async ({ alarmed, handled }) => {
      await handled(200);
      await Promise.all([alarmed(above('DeadLetterDepth', 0)), alarmed(above('MessagesDeadLettered', 0))]);
    },
  },
  {
    number: 23,
    name: 'a backlog of 100,000 messages (50,000 for each service), then the drain',
    alarms: [above('QueueDepth', 1000)],
    load: { perSecond: 0 },
    limitSeconds: 180,
    break: async (scene) => {
      await Promise.all(scene.pipeline.consumersOf().map((consumer) => consumer.stop()));
      await pile(scene);
      await scene.alarmed(above('QueueDepth', 1000));
    },
    repair: ({ pipeline }) => {
      for (const consumer of pipeline.consumersOf()) consumer.start();
      return Promise.resolve();
    },
  },
];
