import { canonicalText } from './canonical-json';
import { eventRules, identityFields, modelRegisteredRules, pipelineFields } from './event';
import { registrySource } from './event-source';
import { composeMessage } from './message';
import { skipSpace } from './exact-json';
import type { EventReading } from './read-event';
import type { Rule, Rules, Violation } from './rules';
import { endOfObject, endOfValue, unusual } from './usual-json';

/** A UTF-16 unit has at most three bytes in UTF-8, so a body of this length is below `eventLimits.bytes`. */
const longestBody = 65_536;
/** Levels of a value; `eventLimits.levels` allows more. */
const levels = 8;
/** Members without a rule, each of which is compared with the others. */
const mostOthers = 16;
/** The time of an event as EventBridge writes it; `readEvent` finds out whether a month has a 29th. */
const usualTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const detailName = 'detail';

/** The rules of an object by the positions of its fields: arrays and bits cost less than objects with variable keys. */
class Fields {
  readonly rules: readonly Rule<unknown>[];
  /** A bit for each required field. */
  readonly required: number;
  private readonly names: readonly string[];

  constructor(rules: Rules) {
    this.names = Object.keys(rules);
    if (this.names.length > 31) throw new RangeError('more fields than a number has bits');
    this.rules = Object.values(rules);
    this.required = this.bitsOf((name) => rules[name]?.required === true);
  }

  bitsOf(has: (name: string) => boolean): number {
    return this.names.reduce((bits, name, position) => (has(name) ? bits | (1 << position) : bits), 0);
  }

  /** @returns -1 for a field without a rule */
  positionOf(name: string): number {
    return this.names.indexOf(name);
  }

  /** As `positionOf` for a name in a text. @param expected the position that it has if the fields come in the order of the rules */
  find(text: string, start: number, end: number, expected: number): number {
    const { names } = this;
    const isAt = (name: string | undefined): boolean => name?.length === end - start && text.startsWith(name, start);
    return isAt(names[expected]) ? expected : names.findIndex(isAt);
  }
}

const envelopeFields = new Fields(eventRules);
const detailFields = new Fields(modelRegisteredRules);
const pipelineBits = detailFields.bitsOf((name) => pipelineFields.has(name));
const identity = identityFields.map((name) => detailFields.positionOf(name));
const at = {
  id: envelopeFields.positionOf('id'),
  source: envelopeFields.positionOf('source'),
  time: envelopeFields.positionOf('time'),
  replayName: envelopeFields.positionOf('replay-name'),
  eventId: detailFields.positionOf('event_id'),
  correlationId: detailFields.positionOf('correlation_id'),
  baselineValidated: detailFields.positionOf('baseline_validated'),
} as const;

/** The values of one object that have rules. */
class CheckedValues {
  /** JSON of the values. */
  private readonly texts: string[] = [];
  /** A bit for each field that was read. */
  private read = 0;
  private last = -1;
  private readonly found: Violation[] = [];

  constructor(private readonly fields: Fields) {}

  /** The position of the field whose name is in the text; -1 for one without a rule. */
  find(text: string, start: number, end: number): number {
    return this.fields.find(text, start, end, this.last + 1);
  }

  /** Reads a value. @returns its end, or `unusual` for one that breaks its rule, and for a second one of the field */
  add(position: number, text: string, valueAt: number): number {
    this.last = position;
    const end = endOfValue(text, valueAt, levels);
    const bit = 1 << position;
    if (end === unusual || (this.read & bit) !== 0) return unusual;
    this.read |= bit;
    const json = text.slice(valueAt, end);
    this.texts[position] = json;
    this.fields.rules[position]?.check(valueOf(json), '', this.found);
    return this.found.length === 0 ? end : unusual;
  }

  get areComplete(): boolean {
    return (this.read & this.fields.required) === this.fields.required;
  }

  /** The JSON of a value; undefined where the object does not have it. */
  json(position: number): string | undefined {
    return (this.read & (1 << position)) === 0 ? undefined : this.texts[position];
  }

  /** The string of a value that its rule allows only as a string. */
  text(position: number): string | undefined {
    return this.json(position)?.slice(1, -1);
  }
}

const valueOf = (json: string): unknown => (json.startsWith('"') ? json.slice(1, -1) : (JSON.parse(json) as unknown));

/** Collects the members of `detail` and the payload. */
class Detail {
  readonly values = new CheckedValues(detailFields);
  private readonly others: string[] = [];
  /** Of the payload: all but the pipeline's fields, in few slices. */
  private readonly pieces: string[] = [];
  private pieceStart = unusual;
  private pieceEnd = unusual;

  readonly add = (text: string, start: number, end: number, valueAt: number): number => {
    const position = this.values.find(text, start, end);
    if (position < 0) {
      const name = text.slice(start, end);
      if (this.others.includes(name) || this.others.push(name) > mostOthers) return unusual;
    }
    const valueEnd = position < 0 ? endOfValue(text, valueAt, levels) : this.values.add(position, text, valueAt);
    if (position >= 0 && (pipelineBits & (1 << position)) !== 0) this.endPiece(text);
    else {
      if (this.pieceStart === unusual) this.pieceStart = start - 1;
      this.pieceEnd = valueEnd;
    }
    return valueEnd;
  };

  payload(text: string): string {
    this.endPiece(text);
    return `{${this.pieces.join(',')}}`;
  }

  private endPiece(text: string): void {
    if (this.pieceStart !== unusual) this.pieces.push(text.slice(this.pieceStart, this.pieceEnd));
    this.pieceStart = unusual;
  }
}

/**
 * Reads a usual event in one pass: a valid registration with a validated baseline, not replayed, in usual JSON.
 * @returns what `readEvent` returns for it; undefined for any other body, which `readEvent` reads
 */
export function readUsualEvent(
  body: string,
  traceParent?: string,
): Extract<EventReading, { kind: 'message' }> | undefined {
  if (body.length > longestBody) return undefined;
  const envelope = new CheckedValues(envelopeFields);
  const detail = new Detail();
  let detailStart = unusual;
  let detailEnd = unusual;
  const end = endOfObject(body, skipSpace(body, 0), (text, start, nameEnd, valueAt) => {
    const position = envelope.find(text, start, nameEnd);
    if (position >= 0) return envelope.add(position, text, valueAt);
    if (nameEnd - start !== detailName.length || !text.startsWith(detailName, start)) {
      return endOfValue(text, valueAt, levels);
    }
    if (detailStart !== unusual) return unusual;
    detailStart = valueAt;
    return (detailEnd = endOfObject(text, valueAt, detail.add));
  });
  if (end === unusual || skipSpace(body, end) < body.length || detailStart === unusual) return undefined;
  const { values } = detail;
  if (!envelope.areComplete || !values.areComplete || envelope.json(at.replayName) !== undefined) return undefined;
  if (envelope.text(at.source) !== registrySource || values.json(at.baselineValidated) !== 'true') return undefined;
  const time = envelope.text(at.time) ?? '';
  if (!usualTime.test(time)) return undefined;
  const id = envelope.text(at.id) ?? '';
  const ids = { messageId: values.text(at.eventId) ?? id, correlationId: values.text(at.correlationId) ?? id };
  const timestamp = `${time.slice(0, -1)}.000Z`;
  return {
    kind: 'message',
    ...ids,
    occurredAtMs: Date.parse(time),
    detailText: body.slice(detailStart, detailEnd),
    identity: identity.map((position) => canonicalOf(values.json(position))).join('\n'),
    text: composeMessage({ ...ids, timestamp, payloadText: detail.payload(body), traceParent }),
    replayName: undefined,
  };
}

/** A usual string and a boolean are canonical. */
function canonicalOf(json = ''): string {
  return json.startsWith('"') || json === 'true' ? json : canonicalText(json);
}
