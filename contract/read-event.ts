import { canonicalText } from './canonical-json';
import { depthOf, memberNamed, membersOf, type Member } from './exact-json';
import {
  type EventEnvelope,
  eventLimits,
  eventRules,
  identityFields,
  modelRegisteredRules,
  pipelineFields,
} from './event';
import { smokeSource } from './event-source';
import { composeMessage } from './message';
import { messageIdPattern } from './patterns';
import * as rules from './rules';

/** Why an event was refused; the `code` of its dead letter. */
export type RefusalCode = 'CONTRACT_VIOLATION' | 'NOT_JSON' | 'TOO_LARGE' | 'TOO_DEEP';

/** The result of reading one SQS body. */
export type EventReading =
  | {
      readonly kind: 'message';
      readonly messageId: string;
      readonly correlationId: string;
      /** Time of the event, milliseconds since 1970. */
      readonly occurredAtMs: number;
      /** The raw text of `detail`. */
      readonly detailText: string;
      /** The canonical values of `identityFields`: two sends of one event have the same, another event has not. */
      readonly identity: string;
      /** The message as it goes into the queues. */
      readonly text: string;
      /** Name of the archive replay that brought the event. */
      readonly replayName: string | undefined;
    }
  | { readonly kind: 'skipped'; readonly messageId: string; readonly correlationId: string }
  | { readonly kind: 'smoke'; readonly messageId: string; readonly text: string }
  | {
      readonly kind: 'refused';
      readonly code: RefusalCode;
      /** What is wrong, for people: escaped, without the payload. */
      readonly reason: string;
      /** False where the body cannot be embedded in a dead letter as JSON: it is none, no object, or not to be parsed. */
      readonly readable: boolean;
      /** The `event_id`, where it is valid; otherwise EventBridge's id. */
      readonly messageId?: string;
    };

const [firstMs, lastMs] = [Date.parse('0000-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')];

/**
 * Reads one SQS body; never throws, whatever the body is.
 * @param traceParent trace of the event, for its message; not part of the digest that recognises duplicates
 */
export function readEvent(body: string, traceParent?: string): EventReading {
  const bytes = Buffer.byteLength(body);
  if (bytes > eventLimits.bytes) {
    return refused('TOO_LARGE', `the event has ${bytes} bytes, ${eventLimits.bytes} are allowed`, false);
  }
  // Encoding to UTF-8 would replace the surrogate: the delivered text must equal the sent text.
  if (!body.isWellFormed()) return refused('NOT_JSON', 'the SQS body contains an unpaired surrogate', false);
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch (error) {
    return refused(
      'NOT_JSON',
      `the SQS body is not JSON: ${rules.escaped((error as Error).message.slice(0, 120))}`,
      false,
    );
  }
  if (!rules.isObject(event)) {
    return refused('CONTRACT_VIOLATION', `event: an object, got ${rules.formatted(event)}`, false);
  }

  const members = membersOf(body);
  const detailMember = memberNamed(members, 'detail');
  const levels = detailMember === undefined ? 0 : depthOf(body, detailMember.valueStart, detailMember.valueEnd);
  if (levels > eventLimits.levels) {
    return refused('TOO_DEEP', `detail has ${levels} levels, ${eventLimits.levels} are allowed`, false);
  }
  return judge(body, event, detailMember, traceParent);
}

function judge(
  body: string,
  event: Readonly<Record<string, unknown>>,
  detailMember: Member | undefined,
  traceParent: string | undefined,
): EventReading {
  const found: rules.Violation[] = [];
  rules.check(eventRules, event, found);
  const occurredAtMs = Date.parse(String(event['time']));
  if (!isWritable(occurredAtMs) && found.every(({ field }) => field !== 'time')) {
    found.push({ field: 'time', rule: 'a date and time that exists', value: rules.formatted(event['time']) });
  }
  const { detail } = event;
  if (detailMember === undefined || !rules.isObject(detail)) {
    found.push({
      field: 'detail',
      rule: 'an object',
      value: detailMember === undefined ? 'nothing' : rules.formatted(detail),
    });
    return refused('CONTRACT_VIOLATION', rules.sentenceOf(found), true, event);
  }
  const smoke = event['source'] === smokeSource;
  // A smoke event tests the pipeline, not a model: its detail has no rules.
  if (!smoke) rules.check(modelRegisteredRules, detail, found, 'detail.');
  const detailMembers = membersOf(body, detailMember.valueStart);
  // JSON.parse keeps one of each name.
  if (detailMembers.length > Object.keys(detail).length) findNamesTwice(detailMembers, found);
  if (found.length > 0) return refused('CONTRACT_VIOLATION', rules.sentenceOf(found), true, event);

  const envelope = event as EventEnvelope;
  const messageId = typeof detail['event_id'] === 'string' ? detail['event_id'] : envelope.id;
  const correlationId = typeof detail['correlation_id'] === 'string' ? detail['correlation_id'] : envelope.id;
  if (!smoke && detail['baseline_validated'] === false) return { kind: 'skipped', messageId, correlationId };

  const replayName = envelope['replay-name'];
  const text = composeMessage({
    messageId,
    correlationId,
    timestamp: new Date(occurredAtMs).toISOString(),
    payloadText: payloadOf(body, detailMembers),
    replayName,
    traceParent,
  });
  if (smoke) return { kind: 'smoke', messageId, text };
  const detailText = body.slice(detailMember.valueStart, detailMember.valueEnd);
  return {
    kind: 'message',
    messageId,
    correlationId,
    occurredAtMs,
    detailText,
    identity: identityOf(body, detailMembers),
    text,
    replayName,
  };
}

function identityOf(body: string, members: readonly Member[]): string {
  const values = new Map(members.map((member) => [member.name, member]));
  return identityFields
    .map((name) => values.get(name))
    .map((member) => (member === undefined ? '' : canonicalText(body.slice(member.valueStart, member.valueEnd))))
    .join('\n');
}

/** In UTC a message's timestamp has a year of four digits; an offset can carry the last day of 9999 out of them. */
function isWritable(ms: number): boolean {
  return ms >= firstMs && ms <= lastMs;
}

/** Duplicate names are ambiguous: JSON readers differ in which value they use. */
function findNamesTwice(members: readonly Member[], found: rules.Violation[]): void {
  const names = new Set<string>();
  for (const { name } of members) {
    if (names.has(name)) {
      found.push({
        field: `detail.${rules.escaped(name.slice(0, 64))}`,
        rule: 'one occurrence of each key',
        value: 'a duplicate key',
      });
    }
    names.add(name);
  }
}

/** The text between the pipeline's fields is copied unchanged, in few slices: concatenation is the main cost here. */
function payloadOf(body: string, members: readonly Member[]): string {
  const pieces: string[] = [];
  let from: number | undefined;
  let to = 0;
  for (const { name, keyStart, valueEnd } of members) {
    if (!pipelineFields.has(name)) {
      from ??= keyStart;
      to = valueEnd;
    } else if (from !== undefined) {
      pieces.push(body.slice(from, to));
      from = undefined;
    }
  }
  if (from !== undefined) pieces.push(body.slice(from, to));
  return `{${pieces.join(',')}}`;
}

function refused(
  code: RefusalCode,
  reason: string,
  readable: boolean,
  event?: Readonly<Record<string, unknown>>,
): EventReading {
  const detail = event?.['detail'];
  const eventId = rules.isObject(detail) ? detail['event_id'] : undefined;
  const id = typeof eventId === 'string' && messageIdPattern.test(eventId) ? eventId : event?.['id'];
  return {
    kind: 'refused',
    code,
    reason,
    readable,
    ...(typeof id === 'string' ? { messageId: id.slice(0, 128) } : {}),
  };
}
