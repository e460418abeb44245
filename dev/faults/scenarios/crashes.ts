/** Kills processes at every await: Redis has executed the command, but the process has not received the reply. */
import type { SQSEvent } from 'aws-lambda';
import { above } from '../alarm-condition';
import type { ConsumerKind } from '../consumers';
import type { Fault, Scene } from '../fault';
import { waitUntil } from '../../local/wait-until';
import type { PipelineUnderTest } from '../pipeline-under-test';

const errors = above('Errors', 0);
const reclaimed = above('MessagesReclaimed', 0);

/** One batch at a time, so that each reply belongs to the current batch. */
function oneByOne(work: (event: SQSEvent) => Promise<unknown>): (event: SQSEvent) => Promise<unknown> {
  let last: Promise<unknown> = Promise.resolve();
  return (event) => {
    const done = last.then(() => work(event));
    last = done.catch(() => undefined);
    return done;
  };
}

async function killPublisherAtEveryAwait({ pipeline, accepted }: Scene): Promise<void> {
  const { spare } = pipeline.proxies;
  const victim = await pipeline.functions.startPublisher(spare);
  let answered = 0;
  let losesAnswer = false;
  const usual = pipeline.deliver;
  try {
    pipeline.deliver = oneByOne(async (event) => {
      const answer = await pipeline.invoke(victim, event);
      answered += 1;
      if (!losesAnswer) return answer;
      losesAnswer = false;
      throw new Error('the answer was lost');
    });
    const before = spare.replies;
    await waitUntil('a first batch', () => answered > 0);
    const needed = spare.replies - before;
    for (let n = 1; n <= needed; n++) {
      await victim.kill();
      let killed = false;
      spare.dropNthReply(n, () => {
        killed = true;
        void victim.kill();
      });
      await waitUntil(`the kill at reply ${n} of ${needed}`, () => killed);
    }
    // After the last reply, before the answer.
    losesAnswer = true;
    await waitUntil('the lost answer', () => !losesAnswer);
    await accepted(10);
  } finally {
    pipeline.deliver = usual;
    await victim.stop();
  }
}

/** Maximum number of replies at which a consumer is killed; fewer if it has finished its first messages before. */
const mostReplies = 24;

async function killConsumerAtEveryAwait(pipeline: PipelineUnderTest, kind: ConsumerKind): Promise<void> {
  const { spare } = pipeline.proxies;
  const name = `token-victim-${kind}`;
  const victim = pipeline.consumer({ name, kind, queue: 'model_events' }, spare);
  const handled = (): number => {
    pipeline.journal.read();
    return pipeline.journal.of('model_events').size;
  };
  try {
    const [before, first] = [spare.replies, handled()];
    victim.start();
    await waitUntil(`${name} has handled something`, () => handled() > first + 5);
    const needed = Math.min(mostReplies, spare.replies - before);
    for (let n = 1; n <= needed; n++) {
      await victim.stop('SIGKILL');
      let killed = false;
      spare.dropNthReply(n, () => {
        killed = true;
        void victim.stop('SIGKILL');
      });
      victim.start();
      await waitUntil(`${name} is killed at reply ${n} of ${needed}`, () => killed);
    }
  } finally {
    await victim.stop('SIGKILL');
  }
}

export const crashes: readonly Fault[] = [
  {
    number: 16,
    mostDuplicatesPercent: 0,
    endsInvocations: true,
    name: 'publisher killed at every await, and before it returns',
    alarms: [errors],
    break: killPublisherAtEveryAwait,
  },
  {
    number: 17,
    name: 'consumer killed at every await: Node, Python, plain',
    alarms: [reclaimed],
    break: async ({ pipeline }) => {
      const others = pipeline.consumersOf('model_events');
      await Promise.all(others.map((consumer) => consumer.stop()));
      for (const kind of ['node', 'python', 'plain'] as const) await killConsumerAtEveryAwait(pipeline, kind);
      for (const consumer of others) consumer.start();
    },
  },
];
