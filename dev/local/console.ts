/** The console in `make local`, with all that it stands on. */
import type { RequestListener } from 'node:http';
import type { HealthThresholds } from '../../contract/health-thresholds';
import type { Subscription } from '../../contract/subscriptions';
import { RedisSession, type SessionOptions } from '../../queue/session';
import { localOperations } from './console-operations';
import { consoleServer } from './console-server';
import { healthEndpoints } from './health-endpoints';

export interface LocalConsoleOptions {
  readonly redis: SessionOptions;
  readonly subscriptions: readonly Subscription[];
  /** @default those of the consumer package */
  readonly healthThresholds?: HealthThresholds | undefined;
  /** Takes the event of a dead letter that the publisher had refused. */
  readonly sendToBuffer: (eventText: string) => unknown;
  /** Called with a line for each action that changed something. @default none */
  readonly onAction?: (line: string) => void;
}

export interface LocalConsole {
  /** Answers a browser, and the paths of the health function. */
  readonly listener: RequestListener;
  stop(): Promise<void>;
}

export function startConsole({ onAction = () => undefined, ...options }: LocalConsoleOptions): LocalConsole {
  const { redis, subscriptions, healthThresholds: thresholds } = options;
  const session = new RedisSession(redis);
  const server = consoleServer({
    ask: localOperations({ ...options, session, onAction }),
    session,
    health: healthEndpoints({ redis, subscriptions, thresholds }),
  });
  return {
    listener: server.listener,
    stop: async () => {
      await server.stop();
      session.close();
    },
  };
}
