/** Retries PutEvents for the entries that fail: a call can succeed although some of its entries fail. */
import { PutEventsCommand, EventBridgeClient, type PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { isAboutContent, nameAndMessageOf } from '../aws-error';
import type { Bus } from '../bus';
import type { Interruption } from '../interruption';
import type { Registration } from './registration';

/** PutEvents limits: 10 entries, and 256 KB in regions without the larger limit; here of JSON, as the call is sent. */
const batchEntries = 10;
const batchBytes = 240 * 1024;
/** More than the other fields of an entry have. */
const entryBytes = 1024;
const attempts = 5;
const firstPauseMs = 100;
/** The entry or the caller's permissions are wrong: a retry cannot help. */
const permanent = /^(InvalidArgument|MalformedDetail|NotAuthorized\w*|AccessDenied\w*)$/;

/** The result of one event. */
export interface Put {
  readonly registration: Registration;
  /** EventBridge's id; undefined if the bus refused the event. */
  readonly id: string | undefined;
  /** EventBridge's `code: message` if it refused the event. */
  readonly error: string | undefined;
}

/** Reports each event once its result is final; events left unsent after Ctrl-C are not reported. */
export async function putAll(
  bus: Bus,
  registrations: readonly Registration[],
  interruption: Interruption,
  onPut: (put: Put) => void,
): Promise<void> {
  for (const batch of batchesOf(registrations)) {
    if (interruption.isRequested) return;
    await putBatch(bus, batch, interruption, onPut);
  }
}

async function putBatch(
  bus: Bus,
  batch: readonly Registration[],
  interruption: Interruption,
  onPut: (put: Put) => void,
): Promise<void> {
  const { account, name } = bus;
  let waiting = batch;
  for (let attempt = 1; waiting.length > 0; attempt++) {
    const command = new PutEventsCommand({
      Entries: waiting.map(({ detail, traceHeader }) => ({
        EventBusName: name,
        Source: registrySource,
        DetailType: modelRegistered,
        Detail: detail,
        TraceHeader: traceHeader,
      })),
    });
    let results: readonly PutEventsResultEntry[];
    try {
      ({ Entries: results = [] } = await account.client(EventBridgeClient).send(command));
    } catch (error) {
      const [only, ...others] = waiting;
      if (only === undefined || !isAboutContent(error)) throw error;
      if (others.length === 0) {
        onPut({ registration: only, id: undefined, error: nameAndMessageOf(error) });
        return;
      }
      // One event can fail the call for all: one by one, the others are sent.
      for (const each of waiting) await putBatch(bus, [each], interruption, onPut);
      return;
    }
    const last = attempt === attempts || interruption.isRequested;
    // Results are in the order of the entries.
    waiting = waiting.filter((registration, index) => {
      const { EventId: id, ErrorCode: code = 'no result', ErrorMessage: message = '' } = results[index] ?? {};
      if (id === undefined && !last && !permanent.test(code)) return true;
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
    const length = Buffer.byteLength(JSON.stringify(registration.detail)) + entryBytes;
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
