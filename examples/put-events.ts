/** Puts registrations on the event bus, as the registry's outbox does, and sends the entries that failed again. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  EventBridgeClient,
  type EventBridgeServiceException,
  PutEventsCommand,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';

const help = `Usage: npx tsx examples/put-events.ts [FILE] [--bus-name NAME] [--endpoint-url URL]

Sends each line of FILE (or of standard input) unchanged as the \`detail\` of a ModelRegistered event. A line without an event_id
gets one derived from its text: sending the line again is the same event.

  --bus-name      event bus [default: MODEL_EVENTS_BUS or hokusai-development]
  --endpoint-url  EventBridge endpoint, such as http://localhost:4510 [default: AWS_ENDPOINT_URL or AWS]`;

/** Limits of one PutEvents call: 10 entries, and 256 KB of JSON, in which the quotes of a detail are escaped. */
const batchEntries = 10;
const batchBytes = 240 * 1024;
/** More than the other fields of an entry have. */
const entryBytes = 512;
const attempts = 5;
/** Errors of the entry itself: a retry cannot succeed. */
const permanentErrors = ['InvalidArgument', 'MalformedDetail', 'NotAuthorizedForSourceException'];

interface Registration {
  readonly eventId: string;
  readonly detail: string;
}

function registrationIn(line: string, place: string): Registration {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch (error) {
    throw new Error(`${place} is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new Error(`${place} must be a JSON object with the fields of a registration`);
  }
  if ('event_id' in fields) return { eventId: String(fields.event_id), detail: line };
  const eventId = createHash('sha256').update(line).digest('hex').slice(0, 32);
  // Inserted into the text, because JSON.stringify would change numbers.
  const separator = Object.keys(fields).length > 0 ? ',' : '';
  return { eventId, detail: `{"event_id":"${eventId}"${separator}${line.slice(1)}` };
}

function* batchesOf(registrations: readonly Registration[]): Generator<readonly Registration[]> {
  let batch: Registration[] = [];
  let bytes = 0;
  for (const registration of registrations) {
    const length = Buffer.byteLength(JSON.stringify(registration.detail)) + entryBytes;
    if (batch.length === batchEntries || (batch.length > 0 && bytes + length > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(registration);
    bytes += length;
  }
  if (batch.length > 0) yield batch;
}

const statusOf = (error: unknown): number =>
  (error as Partial<EventBridgeServiceException>).$metadata?.httpStatusCode ?? 0;

/** Whether the bus refused the content of a call. Credentials, permissions, throttling and a missing bus concern every call. */
function isAboutContent(error: unknown): boolean {
  const everyCall = /Throttl|Token|Credential|Client|NotFound|AccessDenied|Signature|Expired/;
  return [400, 413, 422].includes(statusOf(error)) && !everyCall.test((error as Error).name);
}

/** Sends a batch and retries its failed entries with backoff. @returns the number of registrations that the bus accepted */
async function send(client: EventBridgeClient, bus: string, batch: readonly Registration[]): Promise<number> {
  let accepted = 0;
  let pending = batch;
  for (let attempt = 0; attempt < attempts && pending.length > 0; attempt++) {
    if (attempt > 0) await sleep(Math.random() * 100 * 2 ** attempt);
    const event = { EventBusName: bus, Source: 'hokusai.registry', DetailType: 'ModelRegistered' };
    const Entries = pending.map(({ detail }) => ({ ...event, Detail: detail }));
    let results: PutEventsResultEntry[];
    try {
      ({ Entries: results = [] } = await client.send(new PutEventsCommand({ Entries })));
    } catch (error) {
      if (!isAboutContent(error)) throw error;
      // The answer does not name the entry that it refuses: each is sent alone, so that the others arrive.
      if (pending.length > 1) {
        for (const registration of pending) accepted += await send(client, bus, [registration]);
      } else console.error(`${pending[0]?.eventId} failed: ${statusOf(error)} ${(error as Error).message}`);
      return accepted;
    }
    // The call succeeds even if entries fail: check the result of each entry.
    pending = pending.filter(({ eventId }, index) => {
      const { EventId: id, ErrorCode: code = 'no result', ErrorMessage: message = '' } = results[index] ?? {};
      if (id !== undefined) {
        accepted++;
        console.log(`${eventId} sent as event ${id}`);
        return false;
      }
      console.error(`${eventId} failed: ${code} ${message}`);
      return !permanentErrors.includes(code);
    });
  }
  return accepted;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'bus-name': { type: 'string', default: process.env['MODEL_EVENTS_BUS'] ?? 'hokusai-development' },
      'endpoint-url': { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(help);
    return;
  }
  const { 'bus-name': bus, 'endpoint-url': endpoint } = values;
  const [file] = positionals;
  const registrations = readFileSync(file ?? 0, 'utf8')
    .split('\n')
    .map((line, index) => ({ line: line.trim(), place: `line ${index + 1} of ${file ?? 'standard input'}` }))
    .filter(({ line }) => line !== '')
    .map(({ line, place }) => registrationIn(line, place));
  const client = new EventBridgeClient({
    maxAttempts: 3,
    // Without throwOnRequestTimeout the SDK only logs that a request takes too long.
    requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  let failed = registrations.length;
  try {
    for (const batch of batchesOf(registrations)) failed -= await send(client, bus, batch);
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw new Error(`PutEvents on bus ${bus} failed: ${reason}. Run it again: duplicates count once.`, {
      cause: error,
    });
  }
  if (failed > 0) throw new Error(`${failed} of ${registrations.length} registrations were not accepted by bus ${bus}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
