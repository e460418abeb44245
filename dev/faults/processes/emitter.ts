/**
 * The registry: sends numbered events to the bus at a steady rate and reports the accepted ones. Receives orders and sends
 * reports over IPC.
 */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

/** An order to the emitter; it replaces the previous one. */
export interface LoadOrder {
  /** Ids are `<prefix><number>`. */
  readonly prefix: string;
  readonly perSecond: number;
  /** Padding of each event, in characters; several sizes alternate. */
  readonly paddingCharacters: number | readonly number[];
  /** Models that consumers treat differently, in rotation; each n-th event is of one of them. */
  readonly special: { readonly everyNth: number; readonly models: readonly string[] } | undefined;
}

/** A report of the emitter. */
export type EmitterNews =
  { readonly accepted: readonly { readonly id: string; readonly model: string; readonly ms: number }[] } | 'stopped';

/** EventBridge's own limit for one call. */
const mostEntries = 10;
/** At low rates a call has fewer entries, so that calls come steadily. */
const fewestCallsPerSecond = 10;
/** Limit of concurrent calls: further events wait, so that a slow machine is not overloaded. */
const mostCallsUnderWay = 32;
const lookEveryMs = 5;
const client = new EventBridgeClient({ maxAttempts: 5 });
let order: LoadOrder | undefined;
let emitted = 0;
let begunMs = 0;
const underWay = new Set<Promise<void>>();

function detailOf({ special, paddingCharacters, prefix }: LoadOrder): { id: string; model: string; detail: string } {
  emitted += 1;
  const isSpecial = special !== undefined && emitted % special.everyNth === 0;
  const turn = Math.floor(emitted / (special?.everyNth ?? 1));
  const model = isSpecial ? (special.models[turn % special.models.length] ?? 'usual') : 'usual';
  const id = `${prefix}${emitted}`;
  const padding =
    typeof paddingCharacters === 'number'
      ? paddingCharacters
      : (paddingCharacters[emitted % paddingCharacters.length] ?? 0);
  const detail = JSON.stringify({
    event_id: id,
    model_id: model,
    // Without validation: the publisher must reject invalid events.
    token_symbol: model === 'invalid' ? 'not a symbol' : 'CRSK',
    metric_name: 'auroc',
    baseline_value: 0.82,
    performance_data: {
      current_value: 0.87,
      ...(padding > 0 ? { notes: 'x'.repeat(padding) } : {}),
    },
    baseline_validated: true,
  });
  return { id, model, detail };
}

async function emit(count: number, current: LoadOrder): Promise<void> {
  const events = Array.from({ length: count }, () => detailOf(current));
  const Entries = events.map(({ detail }) => ({
    EventBusName: process.env['MODEL_EVENTS_BUS'],
    Source: 'hokusai.registry',
    DetailType: 'ModelRegistered',
    Detail: detail,
  }));
  // Before the call: an event can be handled before the call returns. Uses the clock of the consumers' journals.
  const ms = nowMs();
  const { Entries: results = [] } = await client.send(new PutEventsCommand({ Entries }));
  const accepted = events
    .filter((_, index) => results[index]?.EventId !== undefined)
    .map(({ id, model }) => ({ id, model, ms }));
  process.send?.({ accepted } satisfies EmitterNews);
}

/** Whole milliseconds since 1970 of a clock that cannot be set. */
function nowMs(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

/** Emits all events that are due: a late timer does not lower the rate. */
function emitDue(current: LoadOrder): void {
  const { perSecond } = current;
  const count = Math.min(mostEntries, Math.max(1, Math.floor(perSecond / fewestCallsPerSecond)));
  const due = ((performance.now() - begunMs) / 1000) * perSecond;
  while (due - emitted >= count && underWay.size < mostCallsUnderWay) {
    const call = emit(count, current).finally(() => underWay.delete(call));
    underWay.add(call);
  }
}

setInterval(() => {
  if (order !== undefined) emitDue(order);
}, lookEveryMs);

process.on('message', (received: LoadOrder | 'stop') => {
  emitted = 0;
  begunMs = performance.now();
  order = received === 'stop' ? undefined : received;
  if (received === 'stop') void Promise.all(underWay).then(() => process.send?.('stopped' satisfies EmitterNews));
});
process.on('disconnect', () => process.exit(0));
