/** The smoke test: puts one event on the bus and waits until it is in Redis. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { PutEventsCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Environment } from '../../config/environment';
import { eventBusName, modelRegistered, smokeSource } from '../../contract/event-source';
import { rootQueueIn } from '../../contract/subscriptions';
import { keysOfSlot } from '../../queue/keys';
import type { Account } from '../account';
import { CommandError, type ExitCode } from '../command';
import type { QueueAccess } from '../queues/queue-access';
import type { Screen } from '../screen';

export interface SmokeRequest {
  readonly environment: Environment;
  readonly account: Account;
  readonly queueAccess: QueueAccess;
  readonly timeoutSeconds: number;
  readonly screen: Screen;
  readonly json: boolean;
}

const pollIntervalMs = 500;

export async function runSmoke(request: SmokeRequest): Promise<ExitCode> {
  const { screen, json, queueAccess, timeoutSeconds, environment } = request;
  const { smoke } = keysOfSlot(rootQueueIn(environment.subscriptions));
  const hasArrived = async (id: string): Promise<boolean> =>
    (await queueAccess.ask({ action: 'smoke', message_id: id })).arrived;
  try {
    // Fails before the event is sent if the operations function or its Redis is unavailable.
    await hasArrived('smoke-before');
    const id = `smoke-${randomUUID()}`;
    const startMs = Date.now();
    await putEvent(id, request);
    const ok = await within(timeoutSeconds, () => hasArrived(id));
    const elapsedMs = Date.now() - startMs;
    if (json) screen.json({ ok, event_id: id, awaited_in: smoke, elapsed_ms: elapsedMs });
    else if (ok) screen.line(`${id}: arrived in ${smoke} after ${elapsedMs} ms.`);
    else
      screen.line(
        `${id}: did not arrive in ${smoke} after ${timeoutSeconds} s. Check the publisher's log and run npx model-events doctor.`,
      );
    return ok ? 0 : 1;
  } finally {
    queueAccess.close();
  }
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

async function within(seconds: number, condition: () => Promise<boolean>): Promise<boolean> {
  const endMs = Date.now() + seconds * 1000;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() + pollIntervalMs > endMs) return false;
    await pause(pollIntervalMs);
  }
}
