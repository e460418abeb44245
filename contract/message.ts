import { pipelineFields, modelRegisteredRules } from './event';
import { memberNamed, membersOf } from './exact-json';
import * as rules from './rules';

/**
 * The output: the `model_ready_to_deploy` message, as stored in a queue.
 *
 * The text is composed, never stringified from an object, and its key order is fixed: a change of `retry_count` replaces the
 * digits in the text and never parses the payload.
 */

type PayloadRules = Omit<typeof modelRegisteredRules, 'event_id' | 'correlation_id' | 'baseline_validated'>;

const payloadRules = Object.fromEntries(
  Object.entries(modelRegisteredRules).filter(([name]) => !pipelineFields.has(name)),
) as unknown as PayloadRules;

const eventType = 'model_ready_to_deploy';
const schemaVersion = '1.0';

/** What the publisher writes, in the order of the text. */
export const messageRules = {
  event_type: rules.exactly(eventType),
  schema_version: rules.exactly(schemaVersion),
  message_id: rules.text(1, 128),
  correlation_id: rules.text(1, 128),
  timestamp: rules.matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'ISO 8601 in UTC with milliseconds'),
  retry_count: rules.count,
  redrive_count: rules.optional(rules.count),
  replay_name: rules.optional(rules.text(1, 64)),
  trace_parent: rules.optional(rules.text(1, 128)),
  payload: rules.object(payloadRules),
} as const;

/**
 * What a consumer needs to process a message of any version 1.x; it accepts everything else as it is. Validation is the
 * publisher's task: a rule that is added here makes waiting messages unreadable. docs/evolution.md has the reasons.
 */
export const consumerRules = {
  event_type: rules.exactly(eventType),
  schema_version: rules.matching(/^1(?:\.[\w.+-]+)?$/, 'a version 1.x, as in "1.0"'),
  message_id: rules.nonEmptyText,
  payload: rules.object({ model_id: rules.nonEmptyText, token_symbol: rules.nonEmptyText }),
} as const;

/**
 * A message as a consumer sees it, parsed. The types are those of schema version 1.0; a later 1.x version may omit a field of the
 * payload, or contain `null`. `model_id` and `token_symbol` are always strings. Numbers are doubles here: where digits matter
 * (`9007199254740993`), read them from the raw text. `message_id` is the idempotency key: it survives retries, redrives and
 * replays.
 */
export type ModelReadyMessage = rules.Keeping<Omit<typeof messageRules, 'schema_version'>> & {
  readonly schema_version: string;
} & Readonly<Record<string, unknown>>;

/** A message's parts; `payloadText` is JSON and is embedded unchanged. */
interface MessageParts {
  readonly messageId: string;
  readonly correlationId: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly timestamp: string;
  readonly payloadText: string;
  /** Name of the archive replay that brought the event; absent otherwise. */
  readonly replayName?: string | undefined;
  /** W3C `traceparent` of the producer's span; absent if the event came without a trace. */
  readonly traceParent?: string | undefined;
}

/** The text of a new message: `retry_count` 0. */
export function composeMessage(parts: MessageParts): string {
  const replay = parts.replayName === undefined ? '' : `,"replay_name":${JSON.stringify(parts.replayName)}`;
  const trace = parts.traceParent === undefined ? '' : `,"trace_parent":${JSON.stringify(parts.traceParent)}`;
  return (
    `{"event_type":"${eventType}","schema_version":"${schemaVersion}","message_id":${JSON.stringify(parts.messageId)},` +
    `"correlation_id":${JSON.stringify(parts.correlationId)},"timestamp":"${parts.timestamp}","retry_count":0${replay}${trace},` +
    `"payload":${parts.payloadText}}`
  );
}

/** A text from a queue that no consumer can process: truncated, pushed by another client, or of another major version. */
export class UnreadableMessageError extends Error {
  readonly code = 'UNREADABLE';

  constructor(reason: string) {
    super(`not a model_ready_to_deploy message: ${reason}`);
    this.name = 'UnreadableMessageError';
  }
}

/**
 * Reads a text taken from a queue. It is refused only where it breaks `consumerRules`. An envelope field that is missing or has
 * another type gets a default: the message id as `correlation_id`, an empty `timestamp`, 0 as `retry_count`, nothing for others.
 * @throws UnreadableMessageError that names each invalid field.
 */
export function readMessage(text: string): ModelReadyMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UnreadableMessageError(rules.escaped((error as Error).message.slice(0, 120)));
  }
  const found: rules.Violation[] = [];
  if (!rules.isObject(value)) throw new UnreadableMessageError(`an object, got ${rules.formatted(value)}`);
  rules.check(consumerRules, value, found);
  if (found.length > 0) throw new UnreadableMessageError(rules.sentenceOf(found));
  return withDefaults(value);
}

/** Changes the message itself: a copy of each message would cost more than the checks. */
function withDefaults(message: Record<string, unknown>): ModelReadyMessage {
  if (typeof message['correlation_id'] !== 'string') message['correlation_id'] = message['message_id'];
  if (typeof message['timestamp'] !== 'string') message['timestamp'] = '';
  if (!rules.isCount(message['retry_count'])) message['retry_count'] = 0;
  // `delete` costs more than the check, also where there is nothing to delete.
  if ('redrive_count' in message && !rules.isCount(message['redrive_count'])) delete message['redrive_count'];
  if ('replay_name' in message && typeof message['replay_name'] !== 'string') delete message['replay_name'];
  if ('trace_parent' in message && typeof message['trace_parent'] !== 'string') delete message['trace_parent'];
  return message as unknown as ModelReadyMessage;
}

/** The raw text of a message's payload, every digit as the registry wrote it. Takes what `readMessage` accepts. */
export function payloadTextOf(text: string): string {
  const payload = memberNamed(membersOf(text), 'payload');
  return payload === undefined ? '{}' : text.slice(payload.valueStart, payload.valueEnd);
}

const counters = /,"retry_count":\d+(?:,"snoozed_since_ms":\d+)?(?:,"redrive_count":(\d+))?/;

/**
 * The text of a redriven message: `retry_count` 0, `redrive_count` + 1, everything else unchanged. A text without the counters
 * is returned unchanged.
 */
export function redrivenText(text: string): string {
  // In a string a quote is escaped, so the first `,"retry_count":` is the envelope's own.
  return text.replace(counters, (_, redrives: string | undefined) => {
    return `,"retry_count":0,"redrive_count":${Number(redrives ?? 0) + 1}`;
  });
}
