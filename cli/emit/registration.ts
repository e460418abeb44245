/** The `detail` texts that `emit` sends: from options or a file, checked as the publisher checks them, digits untouched. */
import { createHash } from 'node:crypto';
import { memberNamed, membersOf } from '../../contract/exact-json';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { readEvent } from '../../contract/read-event';
import { escaped } from '../../contract/rules';
import type { Detail } from './details';

export interface Registration {
  readonly eventId: string;
  /** The text that is put on the bus. */
  readonly detail: string;
  /** False where the baseline is not validated: the publisher counts it, and no service sees it. */
  readonly published: boolean;
}

/** What is wrong with one text, and where it stands. */
export interface Problem {
  readonly place: string;
  readonly reason: string;
}

/** Hex digits of the digest that becomes the id of an event that has none. */
const digestDigits = 32;

/** The same text has the same id, so that sending it again is free. */
export function registrationIn({ text, place }: Detail): Registration | Problem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { place, reason: `no JSON: ${escaped((error as Error).message.slice(0, 120))}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { place, reason: 'must be a JSON object with the fields of a registration' };
  }
  const detail = withEventId(text);
  const reading = readEvent(envelope(detail));
  if (reading.kind === 'refused') return { place, reason: reading.reason.replaceAll(/(^|; )detail\./g, '$1') };
  return { eventId: reading.messageId, detail, published: reading.kind === 'message' };
}

function withEventId(text: string): string {
  const members = membersOf(text);
  if (memberNamed(members, 'event_id') !== undefined) return text;
  const eventId = createHash('sha256').update(text).digest('hex').slice(0, digestDigits);
  // Put in front: a parse and a stringify would change digits.
  const start = text.indexOf('{') + 1;
  return `{"event_id":"${eventId}"${members.length > 0 ? ',' : ''}${text.slice(start)}`;
}

/** As the publisher will get it; what EventBridge adds is good. */
function envelope(detail: string): string {
  const head = { id: 'emit', source: registrySource, 'detail-type': modelRegistered, time: '2026-01-01T00:00:00Z' };
  return `${JSON.stringify(head).slice(0, -1)},"detail":${detail}}`;
}
