import acknowledge from './lua/acknowledge.lua';
import advance from './lua/advance.lua';
import claim from './lua/claim.lua';
import deadLetter from './lua/dead-letter.lua';
import extend from './lua/extend.lua';
import forget from './lua/forget.lua';
import leave from './lua/leave.lua';
import giveBack from './lua/give-back.lua';
import inspect from './lua/inspect.lua';
import sample from './lua/sample.lua';
import locate from './lua/locate.lua';
import operate from './lua/operate.lua';
import page from './lua/page.lua';
import requeueDelayed from './lua/requeue-delayed.lua';
import argumentsPart from './lua/parts/arguments.lua';
import claimsPart from './lua/parts/claims.lua';
import clockPart from './lua/parts/clock.lua';
import deadLetterPart from './lua/parts/dead-letter.lua';
import delayPart from './lua/parts/delay.lua';
import isolationPart from './lua/parts/isolation.lua';
import isoTimePart from './lua/parts/iso-time.lua';
import joinedListsPart from './lua/parts/joined-lists.lua';
import oldestEventPart from './lua/parts/oldest-event.lua';
import operatorPart from './lua/parts/operator.lua';
import processingPart from './lua/parts/processing.lua';
import reclaimPart from './lua/parts/reclaim.lua';
import requeueDelayedPart from './lua/parts/requeue-delayed.lua';
import retryCountPart from './lua/parts/retry-count.lua';
import settlementPart from './lua/parts/settlement.lua';
import statePart from './lua/parts/state.lua';
import stepsPart from './lua/parts/steps.lua';
import typesPart from './lua/parts/types.lua';
import wakePart from './lua/parts/wake.lua';
import probe from './lua/probe.lua';
import { publishScript } from './publish-script';
import { Script } from './script';
import reclaimFormat1 from './lua/reclaim-format-1.lua';
import retry from './lua/retry.lua';
import revoke from './lua/revoke.lua';
import settle from './lua/settle.lua';
import snooze from './lua/snooze.lua';
import start from './lua/start.lua';
import sweep from './lua/sweep.lua';

/** The parts that scripts include with `-- INCLUDE <name>`. */
const parts: Readonly<Record<string, string>> = {
  arguments: argumentsPart,
  claims: claimsPart,
  clock: clockPart,
  'dead-letter': deadLetterPart,
  delay: delayPart,
  isolation: isolationPart,
  'iso-time': isoTimePart,
  'joined-lists': joinedListsPart,
  'oldest-event': oldestEventPart,
  operator: operatorPart,
  processing: processingPart,
  reclaim: reclaimPart,
  'requeue-delayed': requeueDelayedPart,
  'retry-count': retryCountPart,
  settlement: settlementPart,
  state: statePart,
  steps: stepsPart,
  types: typesPart,
  wake: wakePart,
};

/** The result of settling one dead letter; `not-found` where another client has removed it. */
export type SettleResult = 'redriven' | 'discarded' | 'kept' | 'not-found';

/** Every script, typed by its reply; the headers of the files document keys and arguments. */
export const scripts = {
  publish: publishScript,
  claim: new Script<[state: Buffer, nextDueMs: number, steps: Buffer[], ...idsAndTexts: Buffer[]]>(claim, parts),
  start: new Script<'started' | 'not-held'>(start, parts),
  extend: new Script<('extended' | 'not-held')[]>(extend, parts),
  advance: new Script<('acknowledged' | 'started' | 'not-held')[]>(advance, parts),
  acknowledge: new Script<'acknowledged' | 'not-held'>(acknowledge, parts),
  retry: new Script<'retried' | 'dead-lettered' | 'not-held'>(retry, parts),
  deadLetter: new Script<'dead-lettered' | 'not-held'>(deadLetter, parts),
  snooze: new Script<'snoozed' | 'too-late' | 'not-held'>(snooze, parts),
  giveBack: new Script<number>(giveBack, parts),
  revoke: new Script<number>(revoke, parts),
  leave: new Script<'left' | 'absent'>(leave, parts),
  sweep: new Script<[examined: number, requeued: number, deadLettered: number, adopted: number, nowMs: number]>(
    sweep,
    parts,
  ),
  forget: new Script<number>(forget, parts),
  reclaimFormat1: new Script<[requeued: number, deadLettered: number, vanished: number]>(reclaimFormat1, parts),
  requeueDelayed: new Script<number>(requeueDelayed, parts),
  inspect: new Script<
    [
      main: number,
      processing: number,
      delayed: number,
      deadLetters: number,
      oldest: string,
      claimAgeMs: number,
      nowMs: number,
      paused: string,
      seenMs: number,
    ]
  >(inspect, parts),
  sample: new Script<number>(sample, parts),
  locate: new Script<[next: number, text?: string, score?: string]>(locate, parts),
  probe: new Script<number>(probe, parts),
  page: new Script<[total: number, ...letters: Buffer[]]>(page, parts),
  operate: new Script<
    [turn: 'taken' | 'resumed' | 'busy', examined: number, moved: number, othersMs: number, other: string]
  >(operate, parts),
  settle: new Script<(SettleResult | 'busy')[]>(settle, parts),
} as const;
