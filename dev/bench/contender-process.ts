/** The process of one contender: opens it, then does what it is told, one thing at a time. */
import { openBullmqWorker, openConsumer, openPing, openPlain } from './consuming';
import type { Contender, ContenderSettings, OpenContender } from './contender';
import { openBullmq, openLpush, openPublisher, openScript } from './publishing';

export const contenders = {
  publisher: openPublisher,
  'publish-script': openScript,
  'bullmq-add-bulk': openBullmq,
  'variadic-lpush': openLpush,
  consumer: openConsumer,
  'bullmq-worker': openBullmqWorker,
  'plain-brpoplpush': openPlain,
  ping: openPing,
} as const satisfies Readonly<Record<string, OpenContender>>;
export type ContenderName = keyof typeof contenders;

export type Order =
  | { readonly do: 'open'; readonly name: ContenderName; readonly settings: ContenderSettings }
  | { readonly do: 'prepare'; readonly messages: number }
  | { readonly do: 'run' }
  | { readonly do: 'close' };
export type Done =
  { readonly ms: number; readonly partsMs: readonly number[] | undefined } | { readonly error: string };

let contender: Contender | undefined;

async function obey(order: Order): Promise<readonly number[] | undefined> {
  if (order.do === 'open') {
    contender = await contenders[order.name](order.settings);
    return undefined;
  }
  if (contender === undefined) throw new Error('open comes first');
  if (order.do === 'prepare') await contender.prepare(order.messages);
  else if (order.do === 'run') return contender.run();
  else await contender.close();
  return undefined;
}

process.on('message', (order: Order) => {
  const startedMs = performance.now();
  obey(order).then(
    (partsMs) => process.send?.({ ms: performance.now() - startedMs, partsMs } satisfies Done),
    (error: unknown) => process.send?.({ error: (error as Error).stack ?? String(error) } satisfies Done),
  );
});
process.on('disconnect', () => process.exit());
