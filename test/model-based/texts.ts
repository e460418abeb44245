/** Reads and formats texts of a queue; uses JSON.parse, unlike the scripts. */

interface Envelope {
  readonly message_id?: string;
  readonly retry_count?: number;
  readonly redrive_count?: number;
  readonly replay_name?: string;
  readonly payload?: { readonly model_id?: string };
}

function envelopeOf(text: string): Envelope | undefined {
  try {
    return JSON.parse(text) as Envelope;
  } catch {
    return undefined;
  }
}

/** The retries so far; undefined for a text without a counter. */
export function retriesOf(text: string): number | undefined {
  return envelopeOf(text)?.retry_count;
}

/** The same message, tried once more. */
export function triedOnceMore(text: string): string {
  return text.replace(/"retry_count":(\d+)/, (_, count: string) => `"retry_count":${Number(count) + 1}`);
}

/** The text before its first snooze. */
export function withoutSnooze(text: string): string {
  return text.replace(/,"snoozed_since_ms":\d+/, '').trimEnd();
}

/** Equal for all texts of one event, however often it was tried or sent back. */
export function eventOf(text: string): string {
  const envelope = envelopeOf(text);
  if (envelope === undefined) return text;
  const { message_id: id = '', replay_name: replay, payload } = envelope;
  const name = payload?.model_id ?? id;
  return replay === undefined ? name : `${name}@${replay}`;
}

/** Equal for all texts of one event between two redrives. */
export function roundOf(text: string): string {
  return `${eventOf(text)} round ${envelopeOf(text)?.redrive_count ?? 0}`;
}

/** A text in the log of a scenario: `m-3`, `m-3 retry 1`, `m-3 redrive 1`; in quotes if it is not a message. */
export function formatText(text: string): string {
  const envelope = envelopeOf(text);
  if (envelope === undefined) return JSON.stringify(text);
  const { retry_count: retries = 0, redrive_count: redrives = 0 } = envelope;
  return `${eventOf(text)}${redrives > 0 ? ` redrive ${redrives}` : ''}${retries > 0 ? ` retry ${retries}` : ''}`;
}

/** Several texts in the log of a scenario. */
export function formatTexts(texts: readonly string[]): string {
  return texts.length === 0 ? 'nothing' : texts.map(formatText).join(', ');
}
