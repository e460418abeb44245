/** The process of one implementation: opens it, then executes one command of the parent at a time. */
import { openBullmqWorker, openConsumer, openPing, openPlain } from './consuming';
import type { Implementation, ImplementationSettings, OpenImplementation } from './implementation';
import { openBullmq, openLpush, openPublisher, openScript } from './publishing';

export const implementations = {
  publisher: openPublisher,
  'publish-script': openScript,
  'bullmq-add-bulk': openBullmq,
  'variadic-lpush': openLpush,
  consumer: openConsumer,
  'bullmq-worker': openBullmqWorker,
  'plain-brpoplpush': openPlain,
  ping: openPing,
} as const satisfies Readonly<Record<string, OpenImplementation>>;
export type ImplementationName = keyof typeof implementations;

export type Order =
  | { readonly do: 'open'; readonly name: ImplementationName; readonly settings: ImplementationSettings }
  | { readonly do: 'prepare'; readonly messages: number }
  | { readonly do: 'run' }
  | { readonly do: 'close' };
export type Done =
  { readonly ms: number; readonly partsMs: readonly number[] | undefined } | { readonly error: string };

let implementation: Implementation | undefined;

async function execute(order: Order): Promise<readonly number[] | undefined> {
  if (order.do === 'open') {
    implementation = await implementations[order.name](order.settings);
    return undefined;
  }
  if (implementation === undefined) throw new Error('the first command must be "open"');
  if (order.do === 'prepare') await implementation.prepare(order.messages);
  else if (order.do === 'run') return implementation.run();
  else await implementation.close();
  return undefined;
}

process.on('message', (order: Order) => {
  const startedMs = performance.now();
  execute(order).then(
    (partsMs) => process.send?.({ ms: performance.now() - startedMs, partsMs } satisfies Done),
    (error: unknown) => process.send?.({ error: (error as Error).stack ?? String(error) } satisfies Done),
  );
});
process.on('disconnect', () => process.exit());
