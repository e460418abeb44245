/** Measures the monitor's run and the console's pages. */
import { readOperation } from '../../contract/operations';
import { observeRedis } from '../../lambda/monitor/observe-redis';
import { answerWidget } from '../../lambda/operations/widget';
import type { ConnectionOptions } from '../../queue/connection';
import { perform } from '../../queue/operations/perform';
import { RedisSession } from '../../queue/session';
import { medianMs } from './statistics';

/** Milliseconds, medians. */
export interface LooksMs {
  /** A run of the monitor without calls to SQS: write probe, maintenance, depths, INFO. */
  readonly monitor: number;
  /** The console's overview, from the call to the HTML. */
  readonly consoleOverview: number;
  /** The console's first page of dead letters. */
  readonly consoleDeadLetters: number;
}

const looks = 50;

/** Reads one queue repeatedly without changing it. */
export async function measureLooks(endpoint: ConnectionOptions, queue: string): Promise<LooksMs> {
  const session = new RedisSession(endpoint);
  const queues = { session, healthSession: session, subscriptions: [{ service: 'bench', queue }] };
  const noBuffer = () => Promise.reject(new Error('the benchmark does not redrive'));
  const look = (fields: Readonly<Record<string, string>>): Promise<string> =>
    answerWidget(
      { ...fields, widgetContext: { theme: 'light' } },
      {
        answerTo: (request) => perform(readOperation(request), { ...queues, sendToBuffer: noBuffer }),
        signingKey: () => Promise.resolve('bench'),
        functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:bench',
        environment: 'bench',
      },
    );
  const hour = { remainingMs: () => 3_600_000 };
  try {
    return {
      monitor: await medianMs(looks, async () => {
        const { errors } = await observeRedis(hour, { session, subscriptions: [{ service: 'bench', queue }] });
        if (errors[0] !== undefined) throw errors[0];
      }),
      consoleOverview: await medianMs(looks, () => look({})),
      consoleDeadLetters: await medianMs(looks, () => look({ view: 'dead-letters', queue })),
    };
  } finally {
    session.close();
  }
}
