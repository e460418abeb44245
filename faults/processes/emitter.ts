/**
 * The registry's side: puts numbered events on the bus at a steady rate, and says which ones the bus took. It is told what to
 * do, and tells, over IPC.
 */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

/** What the emitter is told; a new one replaces the one before. */
export interface LoadOrder {
  /** Ids are `<prefix><number>`. */
  readonly prefix: string;
  readonly perSecond: number;
  /** Characters that each event carries beside its fields. */
  readonly paddingCharacters: number;
  /** Models that want to be treated in their own way, in turn; each n-th event is one of them. */
  readonly special: { readonly everyNth: number; readonly models: readonly string[] } | undefined;
}

/** What it tells. */
export type EmitterNews =
  { readonly accepted: readonly { readonly id: string; readonly model: string; readonly ms: number }[] } | 'stopped';

const ticksPerSecond = 10;
const mostEntries = 10;
const client = new EventBridgeClient({ maxAttempts: 5 });
let order: LoadOrder | undefined;
let emitted = 0;
let underWay = Promise.resolve();

function detailOf({ special, paddingCharacters, prefix }: LoadOrder): { id: string; model: string; detail: string } {
  emitted += 1;
  const isSpecial = special !== undefined && emitted % special.everyNth === 0;
  const turn = Math.floor(emitted / (special?.everyNth ?? 1));
  const model = isSpecial ? (special.models[turn % special.models.length] ?? 'usual') : 'usual';
  const id = `${prefix}${emitted}`;
  const detail = JSON.stringify({
    event_id: id,
    model_id: model,
    // What breaks the contract is the publisher's to find.
    token_symbol: model === 'invalid' ? 'not a symbol' : 'CRSK',
    metric_name: 'auroc',
    baseline_value: 0.82,
    performance_data: {
      current_value: 0.87,
      ...(paddingCharacters > 0 ? { notes: 'x'.repeat(paddingCharacters) } : {}),
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
  const { Entries: results = [] } = await client.send(new PutEventsCommand({ Entries }));
  const ms = Date.now();
  const accepted = events
    .filter((_, index) => results[index]?.EventId !== undefined)
    .map(({ id, model }) => ({ id, model, ms }));
  process.send?.({ accepted } satisfies EmitterNews);
}

let owed = 0;
setInterval(() => {
  if (order === undefined) return;
  owed += order.perSecond / ticksPerSecond;
  for (; owed >= 1; owed -= Math.min(mostEntries, Math.floor(owed))) {
    const [count, current] = [Math.min(mostEntries, Math.floor(owed)), order];
    underWay = Promise.all([underWay, emit(count, current)]).then(() => undefined);
  }
}, 1000 / ticksPerSecond);

process.on('message', (told: LoadOrder | 'stop') => {
  emitted = 0;
  owed = 0;
  order = told === 'stop' ? undefined : told;
  if (told === 'stop') void underWay.then(() => process.send?.('stopped' satisfies EmitterNews));
});
process.on('disconnect', () => process.exit(0));
