/** The console in `make local`, with its Redis session and health endpoints. */
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
  /** Sends an event that the publisher refused to the buffer. */
  readonly sendToBuffer: (eventText: string) => unknown;
  /** Receives a line for each action that changed entries. @default ignored */
  readonly onAction?: (line: string) => void;
}

export interface LocalConsole {
  /** Serves the console and the health function's paths. */
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
