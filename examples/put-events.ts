/** Puts registrations on the event bus, as the registry's outbox does: until the bus has every one. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

const help = `Puts registrations on the event bus: npx tsx examples/put-events.ts [FILE] [--bus-name NAME] [--endpoint-url URL]

Each line of FILE (or of standard input) is the \`detail\` of one ModelRegistered event, JSON, sent as it stands. A line without
an event_id gets one made from its text: a line that is sent again, in this run or in another, is the same event.

  --bus-name      the bus [MODEL_EVENTS_BUS, else hokusai-development]
  --endpoint-url  where EventBridge is, as http://localhost:4510 [AWS_ENDPOINT_URL, else AWS]`;

/** PutEvents takes no more entries, and no more than 256 KB where it does not take a megabyte yet. */
const batchEntries = 10;
const batchBytes = 240 * 1024;
const attempts = 5;
/** The entry itself is at fault: sending it again cannot help. */
const hopeless = ['InvalidArgument', 'MalformedDetail', 'NotAuthorizedForSourceException'];

/** One line; `eventId` is what makes sending it again free. */
interface Registration {
  readonly eventId: string;
  readonly detail: string;
}

function registrationIn(line: string, place: string): Registration {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(`${place} is no JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${place} must be a JSON object with a registration's fields`);
  }
  if ('event_id' in value) return { eventId: String(value.event_id), detail: line };
  const eventId = createHash('sha256').update(line).digest('hex').slice(0, 32);
  // Put in front of the text: a parse and a stringify would change digits.
  const separator = Object.keys(value).length > 0 ? ',' : '';
  return { eventId, detail: `{"event_id":"${eventId}"${separator}${line.slice(1)}` };
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

/** Sends a batch, then what of it failed, with backoff. @returns how many the bus has not taken. */
async function send(client: EventBridgeClient, bus: string, batch: readonly Registration[]): Promise<number> {
  let refused = 0;
  let waiting = batch;
  for (let attempt = 0; attempt < attempts && waiting.length > 0; attempt++) {
    if (attempt > 0) await sleep(Math.random() * 100 * 2 ** attempt);
    const Entries = waiting.map(({ detail }) => ({
      EventBusName: bus,
      Source: 'hokusai.registry',
      DetailType: 'ModelRegistered',
      Detail: detail,
    }));
    const answer = await client.send(new PutEventsCommand({ Entries }));
    // The call succeeds although entries fail: each has its own result, at its own place.
    waiting = waiting.filter(({ eventId }, index) => {
      const { EventId: id, ErrorCode: code = 'no result', ErrorMessage: reason = '' } = answer.Entries?.[index] ?? {};
      if (id !== undefined) {
        console.log(`${eventId} sent as event ${id}`);
        return false;
      }
      console.error(`${eventId} failed: ${code} ${reason}`);
      if (hopeless.includes(code)) refused++;
      return !hopeless.includes(code);
    });
  }
  return refused + waiting.length;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'bus-name': { type: 'string', default: process.env['MODEL_EVENTS_BUS'] ?? 'hokusai-development' },
      'endpoint-url': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  const [file] = positionals;
  const lines = readFileSync(file ?? 0, 'utf8').split('\n');
  const registrations = lines.flatMap((text, index) => {
    const line = text.trim();
    return line === '' ? [] : [registrationIn(line, `line ${index + 1} of ${file ?? 'standard input'}`)];
  });
  const bus = values['bus-name'];
  const endpoint = values['endpoint-url'];
  const client = new EventBridgeClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000 },
    // Without it the SDK looks at AWS_ENDPOINT_URL itself.
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  let failed = 0;
  try {
    for (const batch of batchesOf(registrations)) failed += await send(client, bus, batch);
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw new Error(`PutEvents on bus ${bus} failed: ${reason}. Run it again: what was sent already counts once.`, {
      cause: error,
    });
  }
  if (failed > 0) throw new Error(`${failed} of ${registrations.length} registrations were not taken by bus ${bus}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
