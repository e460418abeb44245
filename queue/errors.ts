import { UnreadableMessageError } from '../contract/message';
import { type Fault, type FaultName, redisFaults } from '../contract/redis-faults';

/**
 * Classifies the errors of Redis and of the connection: the fault, the reaction, and the hint for the operator.
 */

/** What to do about an error: try again later, read the secret again first, or give the message up. */
export type Reaction = 'retry' | 'reauthenticate' | 'refuse';

export type { FaultName };

const patterns = redisFaults.map((fault: Fault) => ({ fault, pattern: new RegExp(fault.pattern) }));

/** An error of Redis or of the connection. Its message never contains the token. */
export class RedisError extends Error {
  readonly fault: FaultName;
  readonly reaction: Reaction;
  readonly reconnect: boolean;
  /** Where the cluster sends the command, which it has not run; undefined for any other error. */
  readonly redirection: Redirection | undefined;

  /**
   * @param doing the step that failed, as in `publish`.
   * @param endpoint `host:port`.
   * @param error what ioredis or the socket reported; only its message is kept, since its other fields can hold arguments.
   */
  constructor(doing: string, endpoint: string, error: unknown) {
    // Redis appends the script's digest and line to the errors that a script raises.
    const reported = (error instanceof Error ? error.message : String(error)).replace(
      / script: [0-9a-f]{40}, on @user_script:\d+\.$/,
      '',
    );
    const code = (error as { code?: unknown } | null)?.code;
    const text = typeof code === 'string' && !reported.includes(code) ? `${code} ${reported}` : reported;
    const key = wrongKeyIn(error);
    const fault = patterns.find(({ pattern }) => pattern.test(text))?.fault;
    super(`${doing} at Redis ${endpoint} failed: ${text}${key}${fault === undefined ? '' : ` (${fault.hint})`}`);
    this.name = 'RedisError';
    this.fault = (fault?.name ?? 'unknown') as FaultName;
    this.reaction = fault?.reaction ?? 'retry';
    this.reconnect = fault?.reconnect ?? false;
    this.redirection = redirectionIn(reported);
  }
}

/** `MOVED`: the node has the slot. `ASK`: it is about to get the slot and answers commands that follow an ASKING. */
export interface Redirection {
  readonly kind: 'MOVED' | 'ASK';
  /** Empty if the node has the host name that the client has connected to. */
  readonly host: string;
  readonly port: number;
}

function redirectionIn(text: string): Redirection | undefined {
  const [, kind, host = '', port] = /^(MOVED|ASK) \d+ (\S*):(\d+)$/.exec(text) ?? [];
  return kind === undefined || host === '?'
    ? undefined
    : { kind: kind as Redirection['kind'], host, port: Number(port) };
}

/** Redis does not name the key that holds the wrong type. Our scripts do; for a command the key is the first argument. */
function wrongKeyIn(error: unknown): string {
  const { message, command } = (error ?? {}) as { message?: unknown; command?: { name: string; args: unknown[] } };
  const unnamed = typeof message === 'string' && message.startsWith('WRONGTYPE Operation against a key');
  return unnamed && command !== undefined && !command.name.startsWith('eval') ? `: ${String(command.args[0])}` : '';
}

/** A handler throws this if a retry cannot succeed: the message is dead-lettered at once. */
export class DeadLetterError extends Error {
  constructor(
    message: string,
    /** The dead letter's `error.code`. */
    readonly code: string = 'REFUSED',
  ) {
    super(message);
    this.name = 'DeadLetterError';
  }
}

/** A handler throws this to postpone its message; the attempt does not count. */
export class SnoozeError extends Error {
  /**
   * @param seconds until the next attempt, 0 to 86400.
   * @throws TypeError for another number
   */
  constructor(
    readonly seconds: number,
    reason = 'the handler postponed the message',
  ) {
    if (!(seconds >= 0 && seconds <= 86_400)) throw new TypeError(`seconds must be from 0 to 86400, got ${seconds}`);
    super(reason);
    this.name = 'SnoozeError';
  }
}

/** The reaction to an error. Unknown errors are retried: an unexpected error never dead-letters a message. */
export function reactionTo(error: unknown): Reaction {
  if (error instanceof RedisError) return error.reaction;
  return error instanceof DeadLetterError || error instanceof UnreadableMessageError ? 'refuse' : 'retry';
}

/** The `error.code` of a dead letter that a handler's error causes. */
export function deadLetterCodeOf(error: Error): string {
  const refused = error instanceof DeadLetterError || error instanceof UnreadableMessageError;
  // A longer code would make the dead letter unreadable.
  return (refused && error.code.slice(0, 64)) || 'HANDLER_FAILED';
}
