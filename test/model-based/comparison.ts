import assert from 'node:assert/strict';
import { claimDigestOf } from '../../queue/holder';
import type { DeadLetteredText, Holder, QueueModel } from './queue-model';
import { minuteMs, type RedisState } from './redis-state';

/**
 * Compares what Redis holds for a queue with what it should hold.
 * @param pinnedMs when the times in Redis were last set to the model's: what is new was written between then and `nowMs`.
 * @throws AssertionError that names the key, and what is there too much and too little.
 */
export function expectEqual(queue: string, state: RedisState, model: QueueModel, pinnedMs: number): void {
  assert.deepEqual(state.main, model.main, `${queue}, from new to old`);
  assert.deepEqual(state.processing, model.processing, `${queue}:processing, from new to old`);
  assert.deepEqual(state.deadLetters.map(contentOf), model.deadLetters.map(contentOf), `${queue}:dlq, from new to old`);
  const holders = new Map([...model.claims].map(([id, held]) => [id, holderOf(held)]));
  assert.deepEqual(sorted(state.claims), sorted(holders), `${queue}:claims`);
  assert.deepEqual([...state.isolated].sort(), [...model.isolated].map(claimDigestOf).sort(), `${queue}:isolated`);
  assert.deepEqual([...state.revoked].sort(), [...model.revoked].sort(), `${queue}:revoked`);
  assert.deepEqual([...state.idle].sort(), [...model.idle].sort(), `${queue}:idle`);
  assert.equal(state.wake, model.wake, `${queue}:wake`);
  expectTimes(`${queue}:delayed`, state.delayed, model.delayed, pinnedMs, state.nowMs);
  expectTimes(`${queue}:leases`, state.leases, model.leases, pinnedMs, state.nowMs);
}

/** @param expected minutes from a moment between the two. */
function expectTimes(
  key: string,
  actual: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
  earliestMs: number,
  latestMs: number,
): void {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort(), key);
  for (const [text, minutes] of expected) {
    const ms = actual.get(text) ?? NaN;
    const from = ms - Math.round(minutes * minuteMs);
    assert.ok(from >= earliestMs && from <= latestMs, `${key}: ${ms} is not ${minutes} minutes from now, for ${text}`);
  }
}

function holderOf({ consumer, started, alone }: Holder): Omit<Holder, 'nonce'> {
  return { consumer, started, alone };
}

function contentOf({ text, by, code }: DeadLetteredText): Omit<DeadLetteredText, 'letter'> {
  return { text, by, code };
}

function sorted<Value>(entries: ReadonlyMap<string, Value>): [string, Value][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}
