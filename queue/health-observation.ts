import type { Redis } from 'ioredis';
import { rootQueueOf, slotOf } from '../contract/patterns';
import { coveredQueues } from './covered-queues';
import { RedisError } from './errors';
import { ModelQueue, type QueueState } from './model-queue';
import type { RedisSession } from './session';
import { retryOnStaleConnection } from './stale-connection';
import { writeProbe } from './write-probe';

/** What a health check reads and writes. */
export interface ObservedQueues {
  /** The queues, as in `model_events:site`; if empty, only Redis is checked. */
  readonly queues: readonly string[];
  /** Also checks queues in Redis that no subscription names. @default false */
  readonly unsubscribed?: boolean;
  /** Further queues to whose slots the check writes, without inspecting them. @default none */
  readonly writesFor?: readonly string[];
}

/** One slot; incomplete if Redis fails or the time limit is reached. */
export interface SlotObservation {
  readonly slot: string;
  endpoint: string;
  states: Map<string, QueueState | RedisError>;
  writeMs?: number;
  /** Why Redis does not accept writes. */
  failure?: RedisError;
  /** How far it is. */
  step: 'connecting' | 'connected' | 'ended';
}

const doing = 'health check';

/** Inspects the queues and writes to each of their slots. Never throws, and returns within the limit. */
export async function observeSlots(
  session: RedisSession,
  { queues, unsubscribed = false, writesFor = [], limitMs }: ObservedQueues & { readonly limitMs: number },
): Promise<SlotObservation[]> {
  let covered = queues.map((queue) => ({ service: '', queue }));
  const queuesIn = (slot: string): string[] =>
    covered.filter(({ queue }) => slotOf(queue) === slot).map(({ queue }) => queue);
  const written = [...queues, ...writesFor];
  const root = rootQueueOf(written);
  // The list of the queues is in the slot of the default queue.
  if (unsubscribed || written.length === 0) written.unshift(root);
  const slots = new Map<string, SlotObservation>();
  const add = (queue: string): void => {
    const slot = slotOf(queue);
    if (slots.has(slot)) return;
    slots.set(slot, { slot, endpoint: session.at(slot).endpoint, states: new Map(), step: 'connecting' });
  };
  written.forEach(add);

  const observeAll = async (): Promise<void> => {
    const [first] = slots.values();
    if (unsubscribed && first !== undefined) {
      await observeSlot(session, first, async (redis) => {
        covered = await coveredQueues(redis, covered);
        return queuesIn(root);
      });
      for (const { queue } of covered) add(queue);
    }
    const others = [...slots.values()].filter(({ step }) => step === 'connecting');
    await Promise.all(others.map((slot) => observeSlot(session, slot, () => Promise.resolve(queuesIn(slot.slot)))));
  };
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([observeAll(), limit]);
  clearTimeout(timer);
  const observed = [...slots.values()];
  const late = observed.filter(({ step }) => step !== 'ended');
  for (const slot of late) {
    const reason = slot.step === 'connected' ? 'Command timed out' : 'connect ETIMEDOUT';
    slot.failure = new RedisError(doing, slot.endpoint, new Error(`${reason}: no reply within ${limitMs} ms`));
  }
  if (late.length > 0) session.reset();
  return observed.map((slot) => ({ ...slot }));
}

async function observeSlot(
  session: RedisSession,
  seen: SlotObservation,
  queuesOn: (redis: Redis) => Promise<readonly string[]>,
): Promise<void> {
  const own = session.at(seen.slot);
  const work = retryOnStaleConnection(own, doing, async (redis) => {
    Object.assign(seen, {
      endpoint: own.endpoint,
      step: 'connected',
      states: new Map(),
    } satisfies Partial<SlotObservation>);
    seen.states = await inspected(redis, own.endpoint, await queuesOn(redis));
    // After the queues: a Redis that refuses writes, which drops the connection, still answers reads.
    seen.writeMs = await writeProbe(redis, seen.slot);
  });
  await work.catch((error: unknown) => (seen.failure = error as RedisError));
  seen.step = 'ended';
}

/** @throws RedisError if nothing more would be answered on this connection */
async function inspected(
  redis: Redis,
  endpoint: string,
  queues: readonly string[],
): Promise<Map<string, QueueState | RedisError>> {
  const inspections = await Promise.allSettled(queues.map((queue) => new ModelQueue(queue).inspect(redis)));
  return new Map(
    inspections.map((inspection, index): [string, QueueState | RedisError] => {
      const queue = queues[index] ?? '';
      if (inspection.status === 'fulfilled') return [queue, inspection.value];
      const failure = new RedisError(`inspect ${queue}`, endpoint, inspection.reason);
      if (failure.reconnect) throw failure;
      return [queue, failure];
    }),
  );
}
