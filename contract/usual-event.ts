import { canonicalText } from './canonical-json';
import { identityFields, modelRegisteredRules, pipelineFields } from './event';
import { modelRegistered, registrySource } from './event-source';
import { closeBrace } from './json-characters';
import { composeMessage } from './message';
import { messageIdPattern } from './patterns';
import type { EventReading } from './read-event';
import type { Violation } from './rules';
import { endOfObject, endOfValue, unusual } from './usual-json';

/** A UTF-16 unit has at most three bytes in UTF-8, so a body of this length is below `eventLimits.bytes`. */
const longestBody = 65_536;
/** Levels of a value; `eventLimits.levels` allows more. */
const levels = 8;
/** Members without a rule, each of which is compared with the others. */
const mostOthers = 16;

/** A string of printable ASCII without escapes. */
const plain = '"[ !#-[\\]-~]*"';
/** The time of an event as EventBridge writes it; `readEvent` finds out whether a month has a 29th. */
const usualTime = '\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8])T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\dZ';
/** What EventBridge writes before `detail`, in its order, without white space; satisfies `eventRules`. */
const usualEnvelope = new RegExp(
  `^\\{"version":${plain},"id":"(${messageIdPattern.source.slice(1, -1)})","detail-type":"${modelRegistered}",` +
    `"source":"${registrySource.replace('.', '\\.')}","account":${plain},"time":"(${usualTime})","region":${plain},` +
    `"resources":\\[(?:${plain}(?:,${plain})*)?\\],"detail":`,
);

const names = Object.keys(modelRegisteredRules);
/** By the positions of the fields: arrays and bits cost less than objects with variable keys. */
const rules = Object.values(modelRegisteredRules);
const required = bitsOf((name) => modelRegisteredRules[name as keyof typeof modelRegisteredRules].required);
const pipelineBits = bitsOf((name) => pipelineFields.has(name));
const identity = identityFields.map((name) => names.indexOf(name));
const at = {
  eventId: names.indexOf('event_id'),
  correlationId: names.indexOf('correlation_id'),
  baselineValidated: names.indexOf('baseline_validated'),
} as const;

/** A bit for each field. */
function bitsOf(has: (name: string) => boolean): number {
  if (names.length > 31) throw new RangeError('more fields than a number has bits');
  return names.reduce((bits, name, position) => (has(name) ? bits | (1 << position) : bits), 0);
}

/** Collects the members of `detail` and the payload. */
class Detail {
  /** JSON of the fields' values. */
  private readonly texts: string[] = [];
  /** A bit for each field that was read. */
  private read = 0;
  private last = -1;
  private readonly found: Violation[] = [];
  private readonly others: string[] = [];
  /** Of the payload: all but the pipeline's fields, in few slices. */
  private readonly pieces: string[] = [];
  private pieceStart = unusual;
  private pieceEnd = unusual;

  readonly add = (text: string, start: number, end: number, valueAt: number): number => {
    const position = this.find(text, start, end);
    if (position < 0) {
      const name = text.slice(start, end);
      if (this.others.includes(name) || this.others.push(name) > mostOthers) return unusual;
    }
    const valueEnd = endOfValue(text, valueAt, levels);
    if (valueEnd === unusual || (position >= 0 && !this.keep(position, text.slice(valueAt, valueEnd)))) return unusual;
    if (position >= 0 && (pipelineBits & (1 << position)) !== 0) this.endPiece(text);
    else {
      if (this.pieceStart === unusual) this.pieceStart = start - 1;
      this.pieceEnd = valueEnd;
    }
    return valueEnd;
  };

  get isComplete(): boolean {
    return (this.read & required) === required;
  }

  /** The JSON of a value; undefined where `detail` does not have it. */
  json(position: number): string | undefined {
    return this.texts[position];
  }

  /** The string of a value that its rule allows only as a string. */
  text(position: number): string | undefined {
    return this.json(position)?.slice(1, -1);
  }

  payload(text: string): string {
    this.endPiece(text);
    return `{${this.pieces.join(',')}}`;
  }

  /** The position of the field whose name is in the text, probably the one after the last; -1 for one without a rule. */
  private find(text: string, start: number, end: number): number {
    const isAt = (name: string | undefined): boolean => name?.length === end - start && text.startsWith(name, start);
    return isAt(names[this.last + 1]) ? this.last + 1 : names.findIndex(isAt);
  }

  /** @returns false for a value that breaks its rule, and for a second one of the field */
  private keep(position: number, json: string): boolean {
    const bit = 1 << position;
    if ((this.read & bit) !== 0) return false;
    this.read |= bit;
    this.last = position;
    this.texts[position] = json;
    rules[position]?.check(valueOf(json), '', this.found);
    return this.found.length === 0;
  }

  private endPiece(text: string): void {
    if (this.pieceStart !== unusual) this.pieces.push(text.slice(this.pieceStart, this.pieceEnd));
    this.pieceStart = unusual;
  }
}

const valueOf = (json: string): unknown => (json.startsWith('"') ? json.slice(1, -1) : (JSON.parse(json) as unknown));

/**
 * Reads a usual event in one pass: a valid registration with a validated baseline, not replayed, in usual JSON.
 * @returns what `readEvent` returns for it; undefined for any other body, which `readEvent` reads
 */
export function readUsualEvent(
  body: string,
  traceParent?: string,
): Extract<EventReading, { kind: 'message' }> | undefined {
  if (body.length > longestBody) return undefined;
  const [envelope, id = '', time = ''] = usualEnvelope.exec(body) ?? [];
  if (envelope === undefined) return undefined;
  const detailStart = envelope.length;
  const detail = new Detail();
  const detailEnd = endOfObject(body, detailStart, detail.add);
  if (detailEnd !== body.length - 1 || body.charCodeAt(detailEnd) !== closeBrace) return undefined;
  if (!detail.isComplete || detail.json(at.baselineValidated) !== 'true') return undefined;
  const ids = { messageId: detail.text(at.eventId) ?? id, correlationId: detail.text(at.correlationId) ?? id };
  const timestamp = `${time.slice(0, -1)}.000Z`;
  return {
    kind: 'message',
    ...ids,
    occurredAtMs: Date.parse(time),
    detailText: body.slice(detailStart, detailEnd),
    identity: identity.map((position) => canonicalOf(detail.json(position))).join('\n'),
    text: composeMessage({ ...ids, timestamp, payloadText: detail.payload(body), traceParent }),
    replayName: undefined,
  };
}

/** A usual string and a boolean are canonical. */
function canonicalOf(json = ''): string {
  return json.startsWith('"') || json === 'true' ? json : canonicalText(json);
}
