/** The process of one implementation: opens it, then executes one command of the parent at a time. */
import type { Redis } from 'ioredis';
import { connect } from '../../queue/connection';
import { openBullmqWorker, openConsumer, openPing, openPlain } from './consuming';
import type { Implementation, ImplementationSettings, OpenImplementation } from './implementation';
import type { Round } from './measured';
import { profiled, type ProfileParts } from './profile';
import { openBullmq, openBullmqTwice, openLpush, openPublisher, openScript, openTwoLpushes } from './publishing';

export const implementations = {
  publisher: openPublisher,
  'publish-script': openScript,
  'bullmq-add-bulk': openBullmq,
  'bullmq-two-queues': openBullmqTwice,
  'variadic-lpush': openLpush,
  'two-lpushes': openTwoLpushes,
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
  | { readonly do: 'profile' }
  | { readonly do: 'close' };
/** `result` answers `run` and `profile`. */
export type Done = { readonly result: Round | ProfileParts | undefined } | { readonly error: string };

let opened: { readonly implementation: Implementation; readonly server: Redis } | undefined;

async function execute(order: Order): Promise<Round | ProfileParts | undefined> {
  if (order.do === 'open') {
    const implementation = await implementations[order.name](order.settings);
    opened = { implementation, server: await connect(order.settings.redis) };
    return undefined;
  }
  if (opened === undefined) throw new Error('the first command must be "open"');
  const { implementation, server } = opened;
  if (order.do === 'run') return implementation.run(server);
  if (order.do === 'profile') return profiled(() => implementation.run(server));
  if (order.do === 'prepare') {
    await implementation.prepare(order.messages);
  } else {
    await implementation.close();
    server.disconnect();
  }
  return undefined;
}

process.on('message', (order: Order) => {
  execute(order).then(
    (result) => process.send?.({ result } satisfies Done),
    (error: unknown) => process.send?.({ error: (error as Error).stack ?? String(error) } satisfies Done),
  );
});
process.on('disconnect', () => process.exit());
