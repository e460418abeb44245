import { UnreadableMessageError } from '../contract/message';

/**
 * Classifies the errors of Redis and of the connection: the fault, the reaction, and the hint for the operator.
 */

/** What to do about an error: try again later, read the secret again first, or give the message up. */
export type Reaction = 'retry' | 'reauthenticate' | 'refuse';

interface Fault {
  readonly name: string;
  readonly pattern: RegExp;
  /** What happened and what to check. */
  readonly hint: string;
  readonly reaction?: Reaction;
  /** True if the connection can no longer be used, or leads to the wrong server. */
  readonly reconnect?: boolean;
}

const faults = [
  {
    name: 'secret-unreadable',
    pattern: /^cannot read the Redis token/,
    reconnect: true,
    hint: 'check the function role, the key policy, and the network path to Secrets Manager',
  },
  {
    name: 'token-refused',
    pattern: /^(?:WRONGPASS|NOAUTH)|invalid password/i,
    reaction: 'reauthenticate',
    reconnect: true,
    hint: 'the auth token was refused: compare the secret with the token of the replication group (was it rotated?)',
  },
  {
    name: 'not-permitted',
    pattern: /^NOPERM/,
    reaction: 'reauthenticate',
    reconnect: true,
    hint: 'the Redis user may not run this command: check its access string',
  },
  {
    name: 'name-not-resolved',
    pattern: /ENOTFOUND|EAI_AGAIN/,
    reconnect: true,
    hint: 'the host name does not resolve: check REDIS_HOST and the DNS settings of the VPC',
  },
  {
    name: 'connection-refused',
    pattern: /ECONNREFUSED/,
    reconnect: true,
    hint: 'nothing listens there: check REDIS_PORT and whether the node is up',
  },
  {
    name: 'connect-timeout',
    pattern: /connect ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/,
    reconnect: true,
    hint: 'no answer to the connection: check the security groups (port 6379 in both directions), subnets and routes',
  },
  {
    name: 'certificate',
    pattern: /certificate|ERR_TLS|SSL|self.signed|Hostname\/IP does not match/i,
    reconnect: true,
    hint: 'the TLS handshake failed: enable encryption in transit, with a certificate for this host name',
  },
  {
    name: 'read-only',
    pattern: /^READONLY/,
    reconnect: true,
    hint: 'this node is a replica now: a failover is under way, or REDIS_HOST is not the primary endpoint',
  },
  {
    name: 'loading',
    pattern: /^(?:LOADING|MASTERDOWN|UNBLOCKED|CLUSTERDOWN)/,
    reconnect: true,
    hint: 'the node is starting or changing its role: wait for the failover to end',
  },
  {
    name: 'out-of-memory',
    pattern: /^OOM/,
    hint: 'Redis is full: let the consumers drain the queues, or give it a larger node',
  },
  {
    name: 'writes-refused',
    pattern: /^(?:MISCONF|NOREPLICAS)/,
    hint: 'Redis refuses writes: check its snapshots and replicas',
  },
  {
    name: 'busy',
    pattern: /^(?:BUSY|TRYAGAIN)|max number of clients/,
    hint: 'Redis is busy or has too many clients: check the slow log and the number of connections',
  },
  {
    name: 'unknown-format',
    pattern: /^FORMAT /,
    hint: "update this package or function: another program has changed the queue's key format",
  },
  {
    name: 'wrong-type',
    pattern: /^WRONGTYPE/,
    hint: 'a key of the queue holds a value of another type: check it with TYPE and rename it',
  },
  {
    name: 'command-timeout',
    pattern: /Command timed out/,
    reconnect: true,
    hint: 'no reply in time: the node is overloaded, paused, or the connection is half open',
  },
  {
    name: 'connection-lost',
    pattern: /Connection is closed|ECONNRESET|EPIPE|Stream isn't writeable|socket|ended|aborted/i,
    reconnect: true,
    hint: 'the connection was closed: a failover, a restart, or the network',
  },
] as const satisfies readonly Fault[];

/** Name of a fault, for health checks and metrics. */
export type FaultName = (typeof faults)[number]['name'] | 'unknown';

/** An error of Redis or of the connection. Its message never contains the token. */
export class RedisError extends Error {
  readonly fault: FaultName;
  readonly reaction: Reaction;
  readonly reconnect: boolean;

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
    const fault: Fault | undefined = faults.find(({ pattern }) => pattern.test(text));
    super(`${doing} at Redis ${endpoint} failed: ${text}${key}${fault === undefined ? '' : ` (${fault.hint})`}`);
    this.name = 'RedisError';
    this.fault = (fault?.name ?? 'unknown') as FaultName;
    this.reaction = fault?.reaction ?? 'retry';
    this.reconnect = fault?.reconnect ?? false;
  }
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
