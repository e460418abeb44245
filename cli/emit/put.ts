/** PutEvents until the bus has every event: a call succeeds although some of its entries fail. */
import { PutEventsCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { modelRegistered, registrySource } from '../../contract/event-source';
import type { Bus } from '../bus';
import type { Interruption } from '../interruption';
import type { Registration } from './registration';

/** PutEvents takes no more entries, and no more than 256 KB where it does not take a megabyte yet. */
const batchEntries = 10;
const batchBytes = 240 * 1024;
const attempts = 5;
const firstPauseMs = 100;
/** The entry itself, or the caller's right, is at fault: sending it again cannot help. */
const hopeless = /^(InvalidArgument|MalformedDetail|NotAuthorized\w*|AccessDenied\w*)$/;

/** What became of one. */
export interface Put {
  readonly registration: Registration;
  /** EventBridge's id; undefined where the bus did not take it. */
  readonly id: string | undefined;
  /** `code: message` of EventBridge where it did not. */
  readonly error: string | undefined;
}

/** Tells of each when its end is known; what Ctrl-C left unsent is told of no more. */
export async function putAll(
  bus: Bus,
  registrations: readonly Registration[],
  interruption: Interruption,
  onPut: (put: Put) => void,
): Promise<void> {
  for (const batch of batchesOf(registrations)) {
    if (interruption.isAsked) return;
    await putBatch(bus, batch, interruption, onPut);
  }
}

async function putBatch(
  { account, name }: Bus,
  batch: readonly Registration[],
  interruption: Interruption,
  onPut: (put: Put) => void,
): Promise<void> {
  let waiting = batch;
  for (let attempt = 1; waiting.length > 0; attempt++) {
    const { Entries: results = [] } = await account.client(EventBridgeClient).send(
      new PutEventsCommand({
        Entries: waiting.map(({ detail }) => ({
          EventBusName: name,
          Source: registrySource,
          DetailType: modelRegistered,
          Detail: detail,
        })),
      }),
    );
    const last = attempt === attempts || interruption.isAsked;
    // Each entry has its result at its own place.
    waiting = waiting.filter((registration, index) => {
      const { EventId: id, ErrorCode: code = 'no result', ErrorMessage: message = '' } = results[index] ?? {};
      if (id === undefined && !last && !hopeless.test(code)) return true;
      onPut({ registration, id, error: id === undefined ? `${code}: ${message}` : undefined });
      return false;
    });
    if (waiting.length > 0) await interruption.pause(Math.random() * firstPauseMs * 2 ** attempt);
  }
}

function batchesOf(registrations: readonly Registration[]): Registration[][] {
  const batches: Registration[][] = [];
  let bytes = 0;
  for (const registration of registrations) {
    const length = Buffer.byteLength(registration.detail);
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === batchEntries || bytes + length > batchBytes) {
      batches.push([registration]);
      bytes = length;
    } else {
      batch.push(registration);
      bytes += length;
    }
  }
  return batches;
}
