import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import acknowledge from './lua/acknowledge.lua';
import claim from './lua/claim.lua';
import deadLetter from './lua/dead-letter.lua';
import discard from './lua/discard.lua';
import extend from './lua/extend.lua';
import forget from './lua/forget.lua';
import giveBack from './lua/give-back.lua';
import inspect from './lua/inspect.lua';
import locate from './lua/locate.lua';
import requeueDelayed from './lua/requeue-delayed.lua';
import argumentsPart from './lua/parts/arguments.lua';
import claimsPart from './lua/parts/claims.lua';
import clockPart from './lua/parts/clock.lua';
import deadLetterPart from './lua/parts/dead-letter.lua';
import delayPart from './lua/parts/delay.lua';
import isolationPart from './lua/parts/isolation.lua';
import isoTimePart from './lua/parts/iso-time.lua';
import oldestEventPart from './lua/parts/oldest-event.lua';
import processingPart from './lua/parts/processing.lua';
import reclaimPart from './lua/parts/reclaim.lua';
import requeueDelayedPart from './lua/parts/requeue-delayed.lua';
import retryCountPart from './lua/parts/retry-count.lua';
import settlementPart from './lua/parts/settlement.lua';
import statePart from './lua/parts/state.lua';
import typesPart from './lua/parts/types.lua';
import wakePart from './lua/parts/wake.lua';
import probe from './lua/probe.lua';
import publish from './lua/publish.lua';
import reclaimFormat1 from './lua/reclaim-format-1.lua';
import redrive from './lua/redrive.lua';
import retry from './lua/retry.lua';
import revoke from './lua/revoke.lua';
import snooze from './lua/snooze.lua';
import start from './lua/start.lua';
import sweep from './lua/sweep.lua';

/** The parts that a script includes with `-- INCLUDE <name>`. */
const parts: Readonly<Record<string, string>> = {
  arguments: argumentsPart,
  claims: claimsPart,
  clock: clockPart,
  'dead-letter': deadLetterPart,
  delay: delayPart,
  isolation: isolationPart,
  'iso-time': isoTimePart,
  'oldest-event': oldestEventPart,
  processing: processingPart,
  reclaim: reclaimPart,
  'requeue-delayed': requeueDelayedPart,
  'retry-count': retryCountPart,
  settlement: settlementPart,
  state: statePart,
  types: typesPart,
  wake: wakePart,
};

type ScriptArguments = readonly (string | number | Buffer)[];

/** One atomic step. */
export class Script<Reply> {
  /** The script with its parts, as sent to Redis. */
  readonly source: string;
  private readonly sha: string;

  constructor(file: string) {
    this.source = file.replace(/^-- INCLUDE (\S+)$/gm, (_, name: string) => {
      const part = parts[name];
      if (part === undefined) throw new Error(`a script includes "${name}", which is not in lua/parts`);
      return part;
    });
    this.sha = createHash('sha1').update(this.source).digest('hex');
  }

  /** Runs the script by its digest; sends its source if the server does not have it (a new node, SCRIPT FLUSH). */
  run(redis: Redis, keys: readonly string[], args: ScriptArguments): Promise<Reply> {
    return this.orByText((command, script) =>
      redis.call(command, script, keys.length, ...keys, ...args),
    ) as Promise<Reply>;
  }

  /** As `run`; texts in the reply are bytes, since entries of other clients may be invalid UTF-8. */
  runBytes(redis: Redis, keys: readonly string[], args: ScriptArguments): Promise<Reply> {
    return this.orByText((command, script) =>
      redis.callBuffer(command, script, keys.length, ...keys, ...args),
    ) as Promise<Reply>;
  }

  /**
   * As `run`, with another command in the same write; Redis runs it after the script.
   * @param next sends the command; called again if the script is sent again.
   */
  runBefore<Next>(
    redis: Redis,
    keys: readonly string[],
    args: ScriptArguments,
    next: () => Promise<Next>,
  ): Promise<[Reply, Next]> {
    return this.orByText((command, script) =>
      Promise.all([redis.call(command, script, keys.length, ...keys, ...args) as Promise<Reply>, next()]),
    );
  }

  private async orByText<Result>(
    send: (command: 'evalsha' | 'eval', script: string) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await send('evalsha', this.sha);
    } catch (error) {
      // NOSCRIPT: nothing was run, so sending the source repeats nothing.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return await send('eval', this.source);
    }
  }
}

/** Every script, typed by its reply; the headers of the files document keys and arguments. */
export const scripts = {
  publish: new Script<('published' | 'duplicate' | 'id-reused' | 'wrong-type')[]>(publish),
  claim: new Script<[state: Buffer, nextDueMs: number, ...idsAndTexts: Buffer[]]>(claim),
  start: new Script<'started' | 'not-held'>(start),
  extend: new Script<('extended' | 'not-held')[]>(extend),
  acknowledge: new Script<'acknowledged' | 'not-held'>(acknowledge),
  retry: new Script<'retried' | 'dead-lettered' | 'not-held'>(retry),
  deadLetter: new Script<'dead-lettered' | 'not-held'>(deadLetter),
  snooze: new Script<'snoozed' | 'too-late' | 'not-held'>(snooze),
  giveBack: new Script<number>(giveBack),
  revoke: new Script<number>(revoke),
  sweep: new Script<[examined: number, requeued: number, deadLettered: number, adopted: number, nowMs: number]>(sweep),
  forget: new Script<number>(forget),
  reclaimFormat1: new Script<[requeued: number, deadLettered: number, vanished: number]>(reclaimFormat1),
  requeueDelayed: new Script<number>(requeueDelayed),
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
    ]
  >(inspect),
  locate: new Script<[next: number, text?: string, score?: string]>(locate),
  probe: new Script<number>(probe),
  redrive: new Script<('redriven' | 'not-found')[]>(redrive),
  discard: new Script<('discarded' | 'not-found')[]>(discard),
} as const;
