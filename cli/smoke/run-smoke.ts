/** The smoke test: one event in at the bus, awaited where it must come out. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { PutEventsCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Environment } from '../../config/environment';
import { eventBusName, modelRegistered, smokeSource } from '../../contract/event-source';
import { connect, type ConnectionOptions } from '../../queue/connection';
import { smokeKey } from '../../queue/keys';
import type { Account } from '../account';
import { CommandError, type ExitCode } from '../command';
import type { QueueAccess } from '../queues/queue-access';
import type { Screen } from '../screen';

export interface SmokeRequest {
  readonly environment: Environment;
  readonly account: Account;
  /** The way to Redis: straight, or through the environment's operations function. */
  readonly redis: ConnectionOptions | QueueAccess;
  readonly timeoutSeconds: number;
  readonly screen: Screen;
  readonly json: boolean;
}

/** Between two looks. */
const lookEveryMs = 500;
/** As many of the newest entries are searched; the list lives ten minutes and holds smoke events only. */
const searchedEntries = 100;

export async function runSmoke(request: SmokeRequest): Promise<ExitCode> {
  const { screen, json, redis, timeoutSeconds } = request;
  // Before the event goes out: a way that is not there is no reason to send one.
  const arrived = 'ask' in redis ? await functionWatch(redis) : await redisWatch(redis);
  const id = `smoke-${randomUUID()}`;
  const startMs = Date.now();
  try {
    await putEvent(id, request);
    const seen = await within(timeoutSeconds, () => arrived.look(id));
    const elapsedMs = Date.now() - startMs;
    if (json) screen.json({ ok: seen, event_id: id, awaited_in: arrived.place, elapsed_ms: elapsedMs });
    else if (seen) screen.line(`${id}: ${arrived.success} after ${elapsedMs} ms.`);
    else
      screen.line(
        `${id}: ${arrived.failure} after ${timeoutSeconds} s. Look at the publisher's log and at npx model-events doctor.`,
      );
    return seen ? 0 : 1;
  } finally {
    arrived.close();
  }
}

/** Where the event is awaited. */
interface Watch {
  readonly place: string;
  readonly success: string;
  readonly failure: string;
  look(id: string): Promise<boolean>;
  close(): void;
}

async function redisWatch(options: ConnectionOptions): Promise<Watch> {
  const redis = await connect(options);
  return {
    place: smokeKey,
    success: `arrived in ${smokeKey}`,
    failure: `did not arrive in ${smokeKey}`,
    look: async (id) => {
      const entries = await redis.lrange(smokeKey, 0, searchedEntries - 1);
      return entries.some((entry) => entry.includes(`"message_id":"${id}"`));
    },
    close: () => redis.disconnect(),
  };
}

/** The operations function looks into Redis, where this machine has no way to it. */
async function functionWatch(queueAccess: QueueAccess): Promise<Watch> {
  const look = async (id: string): Promise<boolean> =>
    (await queueAccess.ask({ action: 'smoke', message_id: id })).arrived;
  await look('smoke-before');
  return {
    place: smokeKey,
    success: `arrived in ${smokeKey}`,
    failure: `did not arrive in ${smokeKey}`,
    look,
    close: () => queueAccess.close(),
  };
}

async function putEvent(id: string, { environment: { environment }, account }: SmokeRequest): Promise<void> {
  const detail = {
    event_id: id,
    model_id: 'smoke',
    token_symbol: 'SMOKE',
    metric_name: 'smoke',
    baseline_value: 0,
    performance_data: { current_value: 0 },
    baseline_validated: true,
  };
  const { FailedEntryCount: failed, Entries: entries = [] } = await account.client(EventBridgeClient).send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: eventBusName(environment),
          Source: smokeSource,
          DetailType: modelRegistered,
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );
  if (failed === 0) return;
  const { ErrorCode: code, ErrorMessage: message } = entries[0] ?? {};
  throw new CommandError(`EventBridge refused the event: ${code ?? 'unknown'}: ${message ?? ''}`);
}

async function within(seconds: number, look: () => Promise<boolean>): Promise<boolean> {
  const endMs = Date.now() + seconds * 1000;
  for (;;) {
    if (await look()) return true;
    if (Date.now() + lookEveryMs > endMs) return false;
    await pause(lookEveryMs);
  }
}
