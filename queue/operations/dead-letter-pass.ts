/** Redrives and discards dead letters, in passes that wait for each other. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type DeadLetterReading, readDeadLetter } from '../../contract/dead-letter';
import {
  type Answer,
  type Operation,
  operationsPage,
  type Outcome,
  settledPerRequest,
} from '../../contract/operations';
import {
  type Decision,
  endPass,
  pageOfLetters,
  type PassIdentity,
  reachFor,
  redriveDecision,
  settle,
  takeTurn,
  type Turn,
} from '../dead-letters';
import type { ModelQueue } from '../model-queue';
import type { SettleResult } from '../scripts';
import type { RedisSession } from '../session';
import { isSelected } from './dead-letters';
import { deadLetterSummaryOf } from './summary';

/** Sends an event's text to the buffer; resolves when SQS has accepted it. */
export type BufferSender = (eventText: string) => Promise<void>;

type Settling = Operation<'redrive' | 'discard'>;
type Walk = Answer<'redrive'>;

/** A request ends after the page in which this time is over, ms: far below the time limit of the function. */
const requestMs = 2000;
/** How long a request waits for the turn before it reports whom it waits for, ms, and how often it asks. */
const [waitMs, askAgainMs] = [1000, 50];

/**
 * Examines letters from the oldest to newer ones, page by page: `kept` is the number of older letters that stay. The pass has
 * its turn from its first request to `end-pass`: no other pass changes the positions of letters meanwhile.
 */
export async function workOnDeadLetters(
  session: RedisSession,
  queue: ModelQueue,
  operation: Settling,
  sendToBuffer: BufferSender | undefined,
): Promise<Walk> {
  const { action, caller = 'another operator' } = operation;
  const identity = { pass: operation.pass ?? randomUUID(), caller };
  const startMs = Date.now();
  const turn = await session.use(action, (redis) => turnWithin(waitMs, redis, queue, identity));
  let walk: Walk = { outcomes: [], examined: 0, kept: operation.kept, total: 0, resumed: true };
  if ('waitsFor' in turn) {
    const { caller: other, ms } = turn.waitsFor;
    return { ...walk, waitsFor: { caller: other, until: new Date(Date.now() + ms).toISOString() } };
  }
  const pass: Pass = { session, queue, operation, identity, sendToBuffer };
  const most = Math.min(operation.examine, settledPerRequest);
  for (let ended = false; !ended;) {
    const { complete, ...page } = await settlePage(pass, walk.kept, most - walk.examined);
    walk = {
      ...page,
      outcomes: [...walk.outcomes, ...page.outcomes],
      examined: walk.examined + page.examined,
      resumed: turn.resumed,
    };
    const atEnd = walk.examined >= most || walk.kept >= walk.total;
    ended = atEnd || !complete || Date.now() - startMs > requestMs;
  }
  if (operation.pass === undefined) await session.use(action, (redis) => endPass(redis, queue.keys, identity));
  return walk;
}

async function turnWithin(limitMs: number, redis: Redis, queue: ModelQueue, identity: PassIdentity): Promise<Turn> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const turn = await takeTurn(redis, queue.keys, identity);
    if (!('waitsFor' in turn) || Date.now() > endMs) return turn;
    await sleep(askAgainMs);
  }
}

interface Pass {
  readonly session: RedisSession;
  readonly queue: ModelQueue;
  readonly operation: Settling;
  readonly identity: PassIdentity;
  readonly sendToBuffer: BufferSender | undefined;
}

/** What is to happen to one letter, and its outcome if it is more than the result of the decision. */
interface Plan {
  readonly decision: Decision;
  readonly selected: boolean;
  readonly outcome?: 'foreign' | 'needs-buffer' | 'sent-to-buffer';
}

async function settlePage(
  pass: Pass,
  kept: number,
  most: number,
): Promise<Omit<Walk, 'resumed'> & { complete: boolean }> {
  const { session, queue, operation } = pass;
  const page = { from: 'oldest', offset: kept, count: Math.min(most, operationsPage) } as const;
  const { letters, total } = await session.use(operation.action, (redis) => pageOfLetters(redis, queue.keys, page));
  const readings = letters.map((letter) => readDeadLetter(String(letter)));
  const summaries = letters.map((letter, index) => deadLetterSummaryOf(queue.name, String(letter), readings[index]));
  const plans: Plan[] = [];
  for (const [index, letter] of letters.entries()) {
    const [reading, summary] = [readings[index], summaries[index]];
    const selected = reading !== undefined && summary !== undefined && isSelected(summary, operation.select);
    plans.push(selected ? await planFor(pass, letter, reading) : { decision: { action: 'keep', letter }, selected });
  }
  const results = await session.use(operation.action, (redis) => settlePlans(pass, redis, plans, { kept, total }));
  const outcomes = results.flatMap((result, index): Outcome[] => {
    const [plan, summary] = [plans[index], summaries[index]];
    if (plan?.selected !== true || summary === undefined) return [];
    const { queue: name, id, message_id, model_id } = summary;
    const known = result === 'not-found' ? undefined : plan.outcome;
    return [{ queue: name, id, message_id, model_id, result: known ?? (result === 'kept' ? 'foreign' : result) }];
  });
  const left = results.filter((result) => result !== 'kept').length;
  return {
    outcomes,
    examined: results.length,
    kept: kept + results.length - left,
    total: total - left,
    complete: results.length === letters.length,
  };
}

/** Sends a refused event outside of `session.use`: an error of the buffer is not a Redis error. */
async function planFor({ operation, sendToBuffer }: Pass, letter: Buffer, reading: DeadLetterReading): Promise<Plan> {
  if (operation.action === 'discard') return { decision: { action: 'discard', letter }, selected: true };
  const decision = redriveDecision(letter, reading);
  if (typeof decision === 'object') return { decision, selected: true };
  if (decision === 'foreign' || reading.kind === 'foreign' || sendToBuffer === undefined) {
    return { decision: { action: 'keep', letter }, selected: true, outcome: decision };
  }
  // Send first, then discard, so that the event is never lost. The publisher detects an event that is sent twice by its id.
  await sendToBuffer(reading.messageText);
  return { decision: { action: 'discard', letter }, selected: true, outcome: 'sent-to-buffer' };
}

/** @returns the results of the first plans: not of all, if another pass has taken the turn because this one was late. */
async function settlePlans(
  { queue, identity }: Pass,
  redis: Redis,
  plans: readonly Plan[],
  { kept, total }: { kept: number; total: number },
): Promise<SettleResult[]> {
  const { keys } = queue;
  const decisions = plans.map(({ decision }) => decision);
  const changes = decisions.filter(({ action }) => action !== 'keep');
  const [lastChange] = changes.slice(-1);
  if (lastChange === undefined) return decisions.map(() => 'kept');
  // Without moving the letters before them, if the newest end is near. Twice the distance, because new letters may arrive.
  const reach = reachFor(changes.length);
  const near = 2 * (total - kept) <= reach;
  const turn = await takeTurn(redis, keys, identity, near ? undefined : kept);
  if ('waitsFor' in turn) return [];
  const inPlace = near && turn.examined < kept;
  if (near && !inPlace) await takeTurn(redis, keys, identity, kept);
  const settled = inPlace ? changes : decisions.slice(0, decisions.lastIndexOf(lastChange) + 1);
  const place = inPlace ? ({ from: 'newest', reach } as const) : ({ from: 'oldest', reach: 1 } as const);
  const results = await settle(redis, keys, identity.pass, settled, place);
  if (results.length < settled.length) return inPlace ? [] : results;
  const resultOf = new Map(settled.map((decision, index) => [decision, results[index]]));
  return decisions.map((decision) => resultOf.get(decision) ?? 'kept');
}
