import { UnreadableMessageError } from '../contract/message';

/**
 * What can go wrong between us and Redis, classified in one place: what it is, what helps, where to look.
 */

/** What to do about an error: try again later, read the secret again first, or give the message up. */
export type Reaction = 'retry' | 'reauthenticate' | 'refuse';

interface Fault {
  readonly name: string;
  readonly pattern: RegExp;
  /** What happened and what to look at. */
  readonly hint: string;
  readonly reaction?: Reaction;
  /** True where the connection is of no use any more, or leads to the wrong server. */
  readonly reconnect?: boolean;
}

const faults = [
  {
    name: 'secret-unreadable',
    pattern: /^cannot read the Redis token/,
    reconnect: true,
    hint: 'look at the function role, the key policy, and the way to Secrets Manager',
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
    hint: 'the Redis user may not run this command: look at its access string',
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
    hint: 'no answer to the connection: check security groups (6379 both ways), subnets and routes',
  },
  {
    name: 'certificate',
    pattern: /certificate|ERR_TLS|SSL|self.signed|Hostname\/IP does not match/i,
    reconnect: true,
    hint: 'the TLS handshake failed: the server must use TLS with a certificate for this host name (encryption in transit on?)',
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
    hint: 'Redis refuses writes: look at its snapshots and replicas',
  },
  {
    name: 'busy',
    pattern: /^(?:BUSY|TRYAGAIN)|max number of clients/,
    hint: 'Redis is busy or has too many clients: look at slow log and connections',
  },
  {
    name: 'wrong-type',
    pattern: /^WRONGTYPE/,
    hint: 'somebody keeps something else under a key of the queue: look at it with TYPE and move it away',
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

/** An error of Redis or of the way to it. Its message never holds the token. */
export class RedisError extends Error {
  readonly fault: FaultName;
  readonly reaction: Reaction;
  readonly reconnect: boolean;

  /**
   * @param doing what was being done, as in `publish`.
   * @param endpoint `host:port`.
   * @param error what ioredis or the socket reported; only its message is kept, since its other fields can hold arguments.
   */
  constructor(doing: string, endpoint: string, error: unknown) {
    const reported = error instanceof Error ? error.message : String(error);
    const code = (error as { code?: unknown } | null)?.code;
    const said = typeof code === 'string' && !reported.includes(code) ? `${code} ${reported}` : reported;
    const key = wrongKeyIn(error);
    const fault: Fault | undefined = faults.find(({ pattern }) => pattern.test(said));
    super(`${doing} at Redis ${endpoint} failed: ${said}${key}${fault === undefined ? '' : ` (${fault.hint})`}`);
    this.name = 'RedisError';
    this.fault = (fault?.name ?? 'unknown') as FaultName;
    this.reaction = fault?.reaction ?? 'retry';
    this.reconnect = fault?.reconnect ?? false;
  }
}

/** Redis does not say behind which key the wrong type is; a script of ours does, and of a command it is the first argument. */
function wrongKeyIn(error: unknown): string {
  const { message, command } = (error ?? {}) as { message?: unknown; command?: { name: string; args: unknown[] } };
  const unnamed = typeof message === 'string' && message.startsWith('WRONGTYPE Operation against a key');
  return unnamed && command !== undefined && !command.name.startsWith('eval') ? `: ${String(command.args[0])}` : '';
}

/** Thrown by a handler that knows that trying again cannot help: the message becomes a dead letter at once. */
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

/** How to react to an error. What is not known is tried again: nothing is given up because of a surprise. */
export function reactionTo(error: unknown): Reaction {
  if (error instanceof RedisError) return error.reaction;
  return error instanceof DeadLetterError || error instanceof UnreadableMessageError ? 'refuse' : 'retry';
}

/** The `error.code` of the dead letter that a handler's error makes. */
export function deadLetterCodeOf(error: Error): string {
  const refused = error instanceof DeadLetterError || error instanceof UnreadableMessageError;
  // A longer one would make the dead letter one that no tool of ours can read.
  return (refused && error.code.slice(0, 64)) || 'HANDLER_FAILED';
}
