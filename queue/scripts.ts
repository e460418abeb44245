import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import acknowledge from './lua/acknowledge.lua';
import adopt from './lua/adopt.lua';
import claim from './lua/claim.lua';
import deadLetter from './lua/dead-letter.lua';
import extend from './lua/extend.lua';
import giveBack from './lua/give-back.lua';
import inspect from './lua/inspect.lua';
import locate from './lua/locate.lua';
import operate from './lua/operate.lua';
import page from './lua/page.lua';
import requeueDelayed from './lua/requeue-delayed.lua';
import clockPart from './lua/parts/clock.lua';
import deadLetterPart from './lua/parts/dead-letter.lua';
import holdersPart from './lua/parts/holders.lua';
import isoTimePart from './lua/parts/iso-time.lua';
import joinedListsPart from './lua/parts/joined-lists.lua';
import operatorPart from './lua/parts/operator.lua';
import requeueDelayedPart from './lua/parts/requeue-delayed.lua';
import retryCountPart from './lua/parts/retry-count.lua';
import typesPart from './lua/parts/types.lua';
import probe from './lua/probe.lua';
import publish from './lua/publish.lua';
import reclaim from './lua/reclaim.lua';
import retry from './lua/retry.lua';
import settle from './lua/settle.lua';
import start from './lua/start.lua';

/** The parts that a script includes with `-- INCLUDE <name>`. */
const parts: Readonly<Record<string, string>> = {
  clock: clockPart,
  'dead-letter': deadLetterPart,
  holders: holdersPart,
  'iso-time': isoTimePart,
  'joined-lists': joinedListsPart,
  operator: operatorPart,
  'requeue-delayed': requeueDelayedPart,
  'retry-count': retryCountPart,
  types: typesPart,
};

type ScriptArguments = readonly (string | number | Buffer)[];

/** The result of settling one dead letter; `not-found` where another client has removed it. */
export type SettleResult = 'redriven' | 'discarded' | 'kept' | 'not-found';

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

  /** As `run`; texts in the reply are bytes. */
  runForBytes(redis: Redis, keys: readonly string[], args: ScriptArguments): Promise<Reply> {
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
  claim: new Script<[nextDueMs: number, ...texts: string[]]>(claim),
  start: new Script<'started' | 'not-held'>(start),
  extend: new Script<('extended' | 'not-held')[]>(extend),
  acknowledge: new Script<'acknowledged' | 'not-held'>(acknowledge),
  retry: new Script<'retried' | 'dead-lettered' | 'not-held'>(retry),
  deadLetter: new Script<'dead-lettered' | 'not-held'>(deadLetter),
  giveBack: new Script<number>(giveBack),
  reclaim: new Script<[requeued: number, deadLettered: number, vanished: number]>(reclaim),
  requeueDelayed: new Script<number>(requeueDelayed),
  adopt: new Script<number>(adopt),
  inspect: new Script<
    [
      main: number,
      processing: number,
      delayed: number,
      deadLetters: number,
      oldest: string,
      claimAgeMs: number,
      nowMs: number,
    ]
  >(inspect),
  locate: new Script<[next: number, text?: string, score?: string]>(locate),
  probe: new Script<number>(probe),
  page: new Script<[total: number, ...letters: Buffer[]]>(page),
  operate: new Script<
    [turn: 'taken' | 'resumed' | 'busy', examined: number, moved: number, othersMs: number, other: string]
  >(operate),
  settle: new Script<(SettleResult | 'busy')[]>(settle),
} as const;
