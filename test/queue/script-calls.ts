/** A valid call of every script on a prepared queue. */
import type { Redis } from 'ioredis';
import { keysOf, keysOfSlot } from '../../queue/keys';
import { ModelQueue } from '../../queue/model-queue';
import type { scripts } from '../../queue/scripts';
import { claimed } from '../support/claims';
import { message } from '../support/events';

const { probe: probeKey } = keysOfSlot('model_events');

/** A call of a script, which succeeds on a prepared queue. */
export interface ScriptCall {
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

/** Scripts that have calls here; publishing and the operators' scripts have tests of their own. */
export type CalledScript = Exclude<keyof typeof scripts, 'publish' | 'settle' | 'operate' | 'page'>;

const queue = new ModelQueue('model_events');
const keys = keysOf(queue.name);
const errorJson = '{"code":"X","message":"x"}';

/** Fills a queue so that each script has something to move, with a claim that the calls settle. */
export async function prepareQueue(redis: Redis): Promise<{ readonly id: string; readonly text: string }> {
  await redis.flushall();
  const [held, ended] = await claimed(redis, queue, [message('held'), message('ended')]);
  await redis.zadd(keys.leases, 0, ended?.id ?? '');
  await redis.lpush(keys.processing, message('plain'), message('former'));
  await redis.lpush(keys.main, message('waiting'));
  await redis.zadd(keys.delayed, 1, message('due'));
  await redis.zadd(keys.formerLeases, 1, message('former'));
  await redis.zadd(keys.idle, Date.now() + 60_000, 'idler');
  await redis.hset(keys.formerHolders, message('former'), 'n0 worker 1 1');
  return { id: held?.id ?? '', text: message('held') };
}

/** The calls, for a claim of `prepareQueue`. */
export function scriptCalls({
  id,
  text,
}: {
  readonly id: string;
  readonly text: string;
}): Record<CalledScript, ScriptCall> {
  const { main, processing, delayed, deadLetters, state, claims, leases, isolated, revoked, idle, wake } = keys;
  return {
    claim: {
      keys: [state, main, processing, claims, leases, delayed, isolated, revoked, deadLetters, idle, wake],
      args: ['c1.1', 'worker', 2, 1, 60_000, 500_000, 0, 1000, 3, queue.name, 1, 1, id, text, id],
    },
    advance: { keys: [state, processing, claims, leases], args: [60_000, 1, 1, id, text, id] },
    start: { keys: [state, claims, leases], args: [id, 60_000] },
    extend: { keys: [state, claims, leases], args: [60_000, 1, id] },
    acknowledge: { keys: [state, processing, claims, leases], args: [id, text] },
    retry: {
      keys: [state, processing, claims, leases, delayed, deadLetters],
      args: [id, text, 1000, 3, queue.name, errorJson],
    },
    deadLetter: { keys: [state, processing, claims, leases, deadLetters], args: [id, text, queue.name, errorJson] },
    snooze: { keys: [state, processing, claims, leases, delayed], args: [id, text, 1000, 60_000] },
    giveBack: { keys: [state, main, processing, claims, leases, isolated], args: [1, id, text] },
    revoke: { keys: [state, main, processing, claims, leases, isolated, revoked], args: ['n1'] },
    sweep: {
      keys: [state, main, processing, claims, leases, isolated, deadLetters, keys.formerLeases],
      args: [10, 10, 1_000_000, 60_000, 3, queue.name],
    },
    forget: { keys: [state, claims, leases], args: [1000, 10] },
    reclaimFormat1: {
      keys: [state, main, processing, keys.formerLeases, keys.formerHolders, isolated, deadLetters, claims],
      args: [10, 3, queue.name],
    },
    requeueDelayed: { keys: [state, main, delayed], args: [10] },
    inspect: {
      keys: [
        ...[state, main, processing, claims, delayed, deadLetters, leases, isolated, revoked, idle, wake],
        ...[keys.formerLeases, keys.formerHolders, keys.examined, keys.operator],
      ],
      args: [20],
    },
    sample: { keys: [keys.samples, state, main, processing, delayed, deadLetters, keys.examined], args: [61, 7200] },
    leave: { keys: [state, idle, wake], args: ['idler'] },
    locate: { keys: [main], args: [0, 10, '"message_id":"waiting"'] },
    probe: { keys: [probeKey], args: [60] },
  };
}

/** Scripts that write nothing. */
export const readingScripts: readonly CalledScript[] = ['inspect', 'locate'];

/** Scripts that work on no queue in particular, and know no key format. */
export const formatlessScripts: readonly CalledScript[] = ['locate', 'probe'];

export const calledScripts = Object.keys(scriptCalls({ id: '', text: '' })) as CalledScript[];
