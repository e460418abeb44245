/** Measures operators' commands on many dead letters: the longest call in Redis, and what other clients notice. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Redis } from 'ioredis';
import type { ConnectionOptions } from '../../queue/connection';
import { isExamined, newPass, pagesOf, settleNextPage } from '../../contract/operation-pages';
import type { Ask, Selection } from '../../contract/operations';
import { ModelQueue } from '../../queue/model-queue';
import { perform } from '../../queue/operations/perform';
import { idOf } from '../../queue/operations/summary';
import { RedisSession } from '../../queue/session';
import { alignedTable } from '../local/text-table';
import { plainMessage } from './messages';
import { quantile } from './statistics';

/** One command of an operator. */
export interface DeadLetterCost {
  readonly command: string;
  readonly seconds: number;
  /** Execution of one call in Redis, ms: 99th percentile, and the longest. */
  readonly callP99Ms: number;
  readonly longestCallMs: number;
  /** 99th percentile of PING by another client meanwhile, ms. */
  readonly pingP99Ms: number;
}

const queue = new ModelQueue('model_events:bench-letters');
/** Every tenth dead letter is of this model. */
const tenth: Selection = { model: 'tenth' };

/** @param entries dead letters at the start, of which every tenth is redriven */
export async function measureDeadLetters(
  redis: Redis,
  endpoint: ConnectionOptions,
  entries: number,
  onStep: (step: string) => void,
): Promise<DeadLetterCost[]> {
  await redis.flushall();
  onStep('filling');
  await fill(redis, entries);
  const middle = String(await redis.lindex(queue.keys.deadLetters, Math.floor(entries / 2)));
  const session = new RedisSession(endpoint);
  const queues = { session, healthSession: session, subscriptions: [{ service: 'bench', queue: queue.name }] };
  const ask = ((operation) => perform(operation, queues)) as Ask;
  const commands: Readonly<Record<string, () => Promise<unknown>>> = {
    'list all, filtered': () => list(ask, tenth),
    'redrive every tenth': () => settle(ask, tenth, entries),
    'redrive one, in the middle': () => settle(ask, { ids: [idOf(middle)] }, entries, Math.floor(entries / 2) - 200),
    'discard the others': () => settle(ask, {}, entries, 0, 'discard'),
  };
  const costs: DeadLetterCost[] = [];
  for (const [command, work] of Object.entries(commands)) {
    onStep(command);
    costs.push(await costOf(redis, endpoint, command, work));
  }
  session.close();
  await redis.flushall();
  return costs;
}

async function list(ask: Ask, select: Selection): Promise<void> {
  const pages = pagesOf((offset) => ask({ action: 'dead-letters', queue: queue.name, offset, select }));
  while ((await pages.next()).done !== true);
}

async function settle(
  ask: Ask,
  select: Selection,
  total: number,
  near = 0,
  action: 'redrive' | 'discard' = 'redrive',
): Promise<void> {
  let pass = newPass(randomUUID(), total, near);
  for (let found = 0; !isExamined(pass) && found < (select.ids?.length ?? Infinity);) {
    const { outcomes, ...position } = await settleNextPage(ask, action, queue.name, select, pass);
    pass = position;
    found += outcomes.length;
  }
  await ask({ action: 'end-pass', queue: queue.name, pass: pass.nonce });
}

async function costOf(
  redis: Redis,
  endpoint: ConnectionOptions,
  command: string,
  work: () => Promise<unknown>,
): Promise<DeadLetterCost> {
  await redis.config('SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '100000');
  const pings = new Worker(join(__dirname, 'ping-worker.mjs'), { workerData: endpoint });
  await once(pings, 'message');
  await redis.slowlog('RESET');
  const startedMs = performance.now();
  await work();
  const seconds = (performance.now() - startedMs) / 1000;
  pings.postMessage('stop');
  const [pingP99Ms] = (await once(pings, 'message')) as [number];
  await redis.config('SET', 'slowlog-log-slower-than', '-1');
  const calls = (await redis.slowlog('GET', 100_000)) as [number, number, microseconds: number, args: string[]][];
  // Commands inside a script are in the script's time.
  const durationsMs = calls.filter(([, , , args]) => args[0]?.startsWith('eval')).map(([, , us]) => us / 1000);
  const [callP99Ms, longestCallMs] = [quantile(durationsMs, 0.99), quantile(durationsMs, 1)];
  return { command, seconds, callP99Ms, longestCallMs, pingP99Ms };
}

/** As {@link plainMessage}, in a dead letter; every tenth of another model. */
async function fill(redis: Redis, entries: number): Promise<void> {
  for (let done = 0; done < entries; done += 1000) {
    const letters = Array.from({ length: Math.min(1000, entries - done) }, (_, index) => {
      const message = plainMessage();
      if (index % 10 === 0) message['payload'] = { ...(message['payload'] as object), ...{ model_id: 'tenth' } };
      return `{"message":${JSON.stringify(message)},"error":{"code":"X","message":"x"},"failed_at":"2026-11-23T10:00:00.000Z","failed_by":"consumer","queue":"${queue.name}"}`;
    });
    await redis.lpush(queue.keys.deadLetters, ...letters);
  }
}

export function formatDeadLetters(costs: readonly DeadLetterCost[]): string {
  const rows = costs.map(({ command, ...figures }) => [
    command,
    ...Object.values(figures).map((value) => value.toFixed(2)),
  ]);
  const heads = ['command', 'seconds', 'call in Redis p99, ms', 'longest, ms', 'PING of another client p99, ms'];
  return alignedTable([heads, ...rows]);
}
