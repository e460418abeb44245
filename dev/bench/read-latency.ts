/** How long those take who only look: the monitor each minute, and an operator who opens the console. */
import { readOperation } from '../../contract/operations';
import { observeRedis } from '../../lambda/monitor/observe-redis';
import { answerWidget } from '../../lambda/operations/widget';
import type { ConnectionOptions } from '../../queue/connection';
import { perform } from '../../queue/operations/perform';
import { RedisSession } from '../../queue/session';
import { medianMs } from './statistics';

/** Milliseconds, medians. */
export interface LooksMs {
  /** The monitor's run without its calls to SQS: write probe, maintenance, depths, INFO. */
  readonly monitor: number;
  /** The console's overview, from the call to the HTML. */
  readonly consoleOverview: number;
  /** Its first page of dead letters. */
  readonly consoleDeadLetters: number;
}

const looks = 50;

/** Looks at one queue as it is, again and again. */
export async function measureLooks(endpoint: ConnectionOptions, queue: string): Promise<LooksMs> {
  const session = new RedisSession(endpoint);
  const queues = { session, healthSession: session, subscriptions: [{ service: 'bench', queue }] };
  const noBuffer = () => Promise.reject(new Error('nothing is redriven here'));
  const look = (fields: Readonly<Record<string, string>>): Promise<string> =>
    answerWidget(
      { ...fields, widgetContext: { theme: 'light' } },
      {
        answerTo: (request) => perform(readOperation(request), { ...queues, sendToBuffer: noBuffer }),
        signingKey: () => Promise.resolve('bench'),
        functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:bench',
      },
    );
  const hour = { remainingMs: () => 3_600_000 };
  try {
    return {
      monitor: await medianMs(looks, async () => {
        const { errors } = await observeRedis(hour, { session, queues: [queue] });
        if (errors[0] !== undefined) throw errors[0];
      }),
      consoleOverview: await medianMs(looks, () => look({})),
      consoleDeadLetters: await medianMs(looks, () => look({ view: 'dead-letters', queue })),
    };
  } finally {
    session.close();
  }
}
