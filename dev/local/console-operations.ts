/** The console's operations on the local Redis; each action is reported. */
import { type Action, type Answer, type Ask, type Operation, readOperation } from '../../contract/operations';
import { escaped } from '../../contract/rules';
import type { Subscription } from '../../contract/subscriptions';
import { consoleErrorOf } from '../../console/console-error';
import { changedMessages } from '../../lambda/operations/audit-fields';
import { perform } from '../../queue/operations/perform';
import { RedisSession, type SessionOptions } from '../../queue/session';
import type { HealthThresholds } from '../../contract/health-thresholds';

export interface LocalOperationsOptions {
  readonly redis: SessionOptions;
  readonly session: RedisSession;
  readonly subscriptions: readonly Subscription[];
  readonly healthThresholds?: HealthThresholds | undefined;
  readonly sendToBuffer: (eventText: string) => unknown;
  /** Receives a line for each action that changed entries. */
  readonly onAction: (line: string) => void;
}

export function localOperations({ redis, onAction, sendToBuffer, ...queues }: LocalOperationsOptions): Ask {
  const send = async (eventText: string): Promise<void> => {
    await sendToBuffer(eventText);
  };
  return async <A extends Action>(operation: Operation & { readonly action: A }): Promise<Answer<A>> => {
    // One session for each operation: views run concurrently, and a health check that times out closes its connection.
    const healthSession = new RedisSession({ ...redis, connectTimeoutMs: 700, commandTimeoutMs: 700 });
    try {
      const answer = await perform(readOperation(operation), { ...queues, healthSession, sendToBuffer: send });
      reportAction(operation, answer, onAction);
      return answer as Answer<A>;
    } catch (error) {
      throw consoleErrorOf(error) ?? error;
    } finally {
      healthSession.close();
    }
  };
}

function reportAction(operation: Operation, answer: Answer, onAction: (line: string) => void): void {
  const { messageIds = {} } = changedMessages(answer) as {
    readonly messageIds?: Readonly<Record<string, readonly (string | null)[]>>;
  };
  for (const [result, ids] of Object.entries(messageIds)) {
    const queue = 'queue' in operation ? operation.queue : '';
    onAction(`${operation.action} ${queue}: ${result} ${ids.map((id) => escaped(id ?? '-')).join(' ')}`);
  }
}
