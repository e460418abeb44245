/** EventBridge's PutEvents and DescribeEventBus on a loopback port: takes events from any AWS SDK and hands what the rules match to a target. */
import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { AwsError, type AwsOperation, startAwsJsonServer } from './aws-json-server';
import { compilePattern, type EventPattern } from './event-pattern';

/** EventBridge's own limits for one call. */
const maximumEntries = 10;
const maximumTotalBytes = 1024 * 1024;

export interface EventBusRule {
  readonly name: string;
  readonly pattern: EventPattern;
}

/** What becomes of one accepted event. */
export interface RoutedEvent {
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  readonly busName: string;
  /** Names of the rules that matched; none: the event went nowhere, silently, as with EventBridge. */
  readonly rules: readonly string[];
}

export interface EventBusOptions {
  readonly busName: string;
  readonly rules: readonly EventBusRule[];
  /** The target of all rules; called once for each rule that matches, with the event as its target gets it. */
  readonly deliver: (body: string, rule: EventBusRule, traceHeader: string | undefined) => void;
  /** Called with each accepted event. @default none */
  readonly onEvent?: (event: RoutedEvent) => void;
  /** What the same port answers besides, by X-Amz-Target. @default PutEvents and DescribeEventBus only */
  readonly operations?: Readonly<Record<string, AwsOperation>>;
  /** Loopback port. @default a free one */
  readonly port?: number;
  /** @default 'us-east-1' */
  readonly region?: string;
  /** @default '123456789012' */
  readonly account?: string;
}

export interface LocalEventBus {
  /** For `--endpoint-url`, `endpoint_url` and `endpoint`. */
  readonly url: string;
  /** From now on the listener gets what is no call of an AWS service. */
  serveOthers(listener: RequestListener): void;
  stop(): Promise<void>;
}

/** One entry of a PutEvents call, as it came. */
type Entry = Readonly<Record<string, unknown>>;

type EntryResult = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** Starts the bus; throws at once for a rule whose pattern it does not understand. */
export async function startEventBus(options: EventBusOptions): Promise<LocalEventBus> {
  const { region = 'us-east-1', account = '123456789012' } = options;
  const rules = options.rules.map((rule) => ({ rule, wants: compilePattern(rule.pattern) }));

  const put = (entry: Entry): EntryResult => {
    const refusal = refusalOf(entry);
    if (refusal !== undefined) return refusal;
    const id = randomUUID();
    const source = String(entry.Source);
    const detailType = String(entry['DetailType']);
    // A bus may be named by its ARN too: `…:event-bus/<name>`.
    const busName = typeof entry.EventBusName === 'string' ? entry.EventBusName.replace(/^.*\//, '') : 'default';
    const body = envelope(entry, { id, region, account });
    const event: unknown = JSON.parse(body);
    // An unknown bus is no error: EventBridge accepts the event and drops it (aws-cli#9186).
    const matching = busName === options.busName ? rules.filter(({ wants }) => wants(event)) : [];
    for (const { rule } of matching) options.deliver(body, rule, traceHeaderOf(entry));
    options.onEvent?.({ id, source, detailType, busName, rules: matching.map(({ rule }) => rule.name) });
    return { EventId: id };
  };

  const server = await startAwsJsonServer({
    service: 'The local event bus',
    ...(options.port === undefined ? {} : { port: options.port }),
    operations: {
      'AWSEvents.PutEvents': ({ Entries: entries }) => {
        const results = checkedEntries(entries).map(put);
        return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
      },
      // The relay of the outbox asks for it before it sends.
      'AWSEvents.DescribeEventBus': ({ Name: name }) => {
        if (name !== options.busName) {
          throw new AwsError('ResourceNotFoundException', `Event bus ${String(name)} does not exist.`);
        }
        return { Name: name, Arn: `arn:aws:events:${region}:${account}:event-bus/${options.busName}` };
      },
      ...options.operations,
    },
  });
  return { url: server.url, serveOthers: (listener) => server.serveOthers(listener), stop: () => server.stop() };
}

/** What is wrong with the call as a whole: nothing of it is accepted. */
function checkedEntries(entries: unknown): readonly Entry[] {
  const refuse = (value: string, rule: string): AwsError =>
    new AwsError(
      'ValidationException',
      `1 validation error detected: Value ${value} at 'entries' failed to satisfy constraint: ${rule}`,
    );
  if (!Array.isArray(entries)) throw refuse('null', 'Member must not be null');
  if (entries.length === 0) throw refuse("'[]'", 'Member must have length greater than or equal to 1');
  if (entries.length > maximumEntries) {
    throw refuse(`with ${entries.length} entries`, `Member must have length less than or equal to ${maximumEntries}`);
  }
  for (const entry of entries as unknown[]) {
    if (typeof entry !== 'object' || entry === null) {
      throw new AwsError('SerializationException', 'each of the Entries must be an object');
    }
    const time = (entry as Entry)['Time'] ?? 0;
    // JSON 1.1 sends times as seconds since 1970; a Date holds a hundred million days of them.
    if (typeof time !== 'number' || Math.abs(time) > 8.64e12) {
      throw new AwsError('SerializationException', `Time must be a number of seconds, got ${JSON.stringify(time)}`);
    }
  }
  const bytes = (entries as Entry[]).reduce((sum, entry) => sum + entryBytes(entry), 0);
  if (bytes > maximumTotalBytes) {
    throw new AwsError(
      'ValidationException',
      `Total size of the entries in the request is over the limit: ${bytes} bytes, at most ${maximumTotalBytes}.`,
    );
  }
  return entries as Entry[];
}

/** The size as EventBridge counts it: 14 bytes for a time, and the texts in UTF-8. */
function entryBytes(entry: Entry): number {
  const texts = [
    entry.Source,
    entry['DetailType'],
    entry.Detail,
    ...(Array.isArray(entry.Resources) ? (entry.Resources as unknown[]) : []),
  ];
  const size = texts.reduce<number>((sum, text) => sum + (typeof text === 'string' ? Buffer.byteLength(text) : 0), 0);
  return size + (entry.Time === undefined ? 0 : 14);
}

/** What is wrong with one entry; its neighbours are accepted. */
function refusalOf(entry: Entry): EntryResult | undefined {
  for (const name of ['Source', 'DetailType', 'Detail']) {
    if (typeof entry[name] !== 'string' || entry[name] === '') {
      const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
      return { ErrorCode: 'InvalidArgument', ErrorMessage };
    }
  }
  if (String(entry.Source).startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  try {
    const detail: unknown = JSON.parse(String(entry.Detail));
    if (typeof detail === 'object' && detail !== null && !Array.isArray(detail)) return undefined;
  } catch {
    // Refused below, like what is JSON but no object.
  }
  return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}

/** An invalid header is dropped, and the event is delivered without it. */
function traceHeaderOf({ TraceHeader: header }: Entry): string | undefined {
  return typeof header === 'string' && /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}(;|$)/.test(header) ? header : undefined;
}

/** The event as targets get it. The detail is the text that came in: a parse and a stringify would change its digits. */
function envelope(entry: Entry, { id, region, account }: Record<'id' | 'region' | 'account', string>): string {
  const head = JSON.stringify({
    version: '0',
    id,
    'detail-type': entry['DetailType'],
    source: entry.Source,
    account,
    time: timeOf(entry.Time),
    region,
    resources: Array.isArray(entry.Resources) ? entry.Resources : [],
  });
  return `${head.slice(0, -1)},"detail":${String(entry.Detail)}}`;
}

/** Whole seconds in UTC; without a time it is now. */
function timeOf(time: unknown): string {
  const date = typeof time === 'number' ? new Date(time * 1000) : new Date();
  return `${date.toISOString().slice(0, 19)}Z`;
}
