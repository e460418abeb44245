/**
 * The steps of an operator's pass over the dead letters of a queue. The pass moves each letter that it has examined and keeps
 * to a second list, so that the next one is at the end of the first list: no step walks past the letters that stay. The
 * letters are the entries of both lists, `deadLetters` before `examined`, and every reader counts both.
 */
import { isUtf8 } from 'node:buffer';
import type { Redis } from 'ioredis';
import type { DeadLetterReading } from '../contract/dead-letter';
import { redrivenText } from '../contract/message';
import type { QueueKeys } from './keys';
import { scripts, type SettleResult } from './scripts';

/** How long a pass keeps its turn after its last step, ms; the next pass waits for it, and each step renews it. */
const turnMs = 30_000;

/** Letters that one step moves at most: it blocks Redis meanwhile. */
const movedAtOnce = 500;
/** Bytes of letters that one step settles at most, but at least one letter. */
const settledBytes = 1_000_000;
/** Entries that the searches of one step read together. */
const searchedAtOnce = 20_000;

/** An operator's pass over the dead letters of one queue. */
export interface PassIdentity {
  readonly pass: string;
  /** For other operators, who see it while they wait. */
  readonly caller: string;
}

/** The turn of a pass, or the pass that has it. */
export type Turn =
  | {
      /** False if the turn is the first one, or if another pass has had a turn since the last one: positions have changed. */
      readonly resumed: boolean;
      readonly examined: number;
    }
  | { readonly waitsFor: { readonly caller: string; readonly ms: number } };

/** A decision about one letter; `text` replaces a redriven one. */
export interface Decision {
  readonly action: 'redrive' | 'discard' | 'keep';
  readonly letter: string | Buffer;
  readonly text?: string;
}

/** Why a redrive leaves a letter in place. */
export type NotRedriven =
  /** The publisher refused the event: it must return through the buffer, where it is validated again. */
  | 'needs-buffer'
  /** Not a valid dead letter. */
  | 'foreign';

/** How to redrive a letter: its message has `retry_count` 0 and `redrive_count` + 1. */
export function redriveDecision(letter: string | Buffer, reading: DeadLetterReading): Decision | NotRedriven {
  // Invalid UTF-8 would be changed.
  if (reading.kind === 'foreign' || (typeof letter === 'object' && !isUtf8(letter))) return 'foreign';
  if (reading.deadLetter.failed_by === 'publisher') return 'needs-buffer';
  return { action: 'redrive', letter, text: redrivenText(reading.messageText) };
}

/** Where a letter is searched: at one end of `deadLetters`, in at most `reach` entries. */
export interface SearchPlace {
  readonly from: 'newest' | 'oldest';
  readonly reach: number;
}

/** The entries that a search of each of `letters` may read, so that one step reads at most 20,000. */
export const reachFor = (letters: number): number => Math.max(1, Math.floor(searchedAtOnce / Math.max(1, letters)));

/**
 * Takes or renews the turn of a pass.
 * @param goal number of examined letters to reach, as far as there are letters. @default moves none
 */
export async function takeTurn(redis: Redis, keys: QueueKeys, identity: PassIdentity, goal = -1): Promise<Turn> {
  let resumed: boolean | undefined;
  for (;;) {
    const [turn, examined, moved, ms, caller] = await operate(redis, keys, identity, turnMs, goal);
    if (turn === 'busy') return { waitsFor: { caller, ms } };
    resumed ??= turn === 'resumed';
    if (moved === 0) return { resumed, examined };
  }
}

/** Returns the examined letters to `deadLetters` and ends the turn; without effect while another pass has its turn. */
export async function endPass(redis: Redis, keys: QueueKeys, identity: PassIdentity): Promise<void> {
  await takeTurn(redis, keys, identity, 0);
  await operate(redis, keys, identity, 0, -1);
}

/**
 * Returns letters to `deadLetters` that stayed examined because an operator's program ended; none while a pass has its turn.
 * @param steps limit; each moves up to 500 letters
 * @returns how many it has moved.
 */
export async function returnExamined(redis: Redis, keys: QueueKeys, steps: number): Promise<number> {
  let returned = 0;
  for (let step = 0; step < steps; step++) {
    const [, , moved] = await operate(redis, keys, { pass: '-', caller: '' }, 0, 0);
    returned += moved;
    if (moved < movedAtOnce) break;
  }
  return returned;
}

function operate(redis: Redis, keys: QueueKeys, { pass, caller }: PassIdentity, lengthMs: number, goal: number) {
  const { operator, deadLetters, examined } = keys;
  return scripts.operate.run(redis, [operator, deadLetters, examined], [pass, caller, lengthMs, goal, movedAtOnce]);
}

/**
 * Carries out decisions about letters, the oldest first, in steps of about a megabyte; safe to repeat.
 * @param pass - without a pass
 * @returns the result of each decision; of the first ones only, if another pass has taken the turn.
 */
export async function settle(
  redis: Redis,
  { operator, deadLetters, examined, main }: QueueKeys,
  pass: string,
  decisions: readonly Decision[],
  { from, reach }: SearchPlace,
): Promise<SettleResult[]> {
  const results: SettleResult[] = [];
  while (results.length < decisions.length) {
    const args: (string | number | Buffer)[] = [pass, from === 'newest' ? 1 : -1, reach];
    let bytes = 0;
    for (const { action, letter, text = '' } of decisions.slice(results.length)) {
      bytes += letter.length;
      if (args.length > 3 && bytes > settledBytes) break;
      args.push(action, letter, text);
    }
    const step = await scripts.settle.run(redis, [operator, deadLetters, examined, main], args);
    if (step[0] === 'busy') break;
    results.push(...(step as SettleResult[]));
  }
  return results;
}

/** A page of letters, counted from the end `from`, and the number of all letters. */
export async function pageOfLetters(
  redis: Redis,
  { deadLetters, examined }: QueueKeys,
  { from, offset, count }: { from: 'newest' | 'oldest'; offset: number; count: number },
): Promise<{ letters: Buffer[]; total: number }> {
  const [total, ...letters] = await scripts.page.runBytes(redis, [deadLetters, examined], [from, offset, count]);
  return { letters, total };
}
