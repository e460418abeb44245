/** The `detail` texts that `emit` sends: from options or a file, checked as the publisher checks them, digits untouched. */
import { createHash, randomBytes } from 'node:crypto';
import { memberNamed, membersOf } from '../../contract/exact-json';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { readEvent } from '../../contract/read-event';
import { escapeInvisible } from '../../contract/invisible-characters';
import { newTraceHeader } from '../../contract/trace-context';
import type { Detail } from './details';

export interface Registration {
  readonly eventId: string;
  /** The text that is sent to the bus. */
  readonly detail: string;
  /** False if the baseline is not validated: the publisher counts it, but does not publish it. */
  readonly published: boolean;
  /** X-Ray's header of the trace that begins with it. */
  readonly traceHeader: string;
}

/** The error in one text, and its location. */
export interface Problem {
  readonly place: string;
  readonly reason: string;
}

/** Hex digits of the digest that becomes the event_id if there is none. */
const digestDigits = 32;

/** The same text has the same id, so that sending it again has no effect. */
export function registrationIn({ text, place }: Detail): Registration | Problem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { place, reason: `invalid JSON: ${escapeInvisible((error as Error).message.slice(0, 120))}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { place, reason: 'must be a JSON object with the fields of a registration' };
  }
  const detail = withEventId(text);
  const reading = readEvent(envelope(detail));
  if (reading.kind === 'refused') return { place, reason: reading.reason.replaceAll(/(^|; )detail\./g, '$1') };
  return {
    eventId: reading.messageId,
    detail,
    published: reading.kind === 'message',
    traceHeader: newTraceHeader(randomHex),
  };
}

const randomHex = (digits: number): string => randomBytes(digits / 2).toString('hex');

function withEventId(text: string): string {
  const members = membersOf(text);
  if (memberNamed(members, 'event_id') !== undefined) return text;
  const eventId = createHash('sha256').update(text).digest('hex').slice(0, digestDigits);
  // Inserted into the text: parsing and stringifying would change digits.
  const start = text.indexOf('{') + 1;
  return `{"event_id":"${eventId}"${members.length > 0 ? ',' : ''}${text.slice(start)}`;
}

/** The event as the publisher gets it, with valid values for the fields that EventBridge adds. */
function envelope(detail: string): string {
  const head = { id: 'emit', source: registrySource, 'detail-type': modelRegistered, time: '2026-01-01T00:00:00Z' };
  return `${JSON.stringify(head).slice(0, -1)},"detail":${detail}}`;
}
