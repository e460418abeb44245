import { isIP } from 'node:net';
import { Redis } from 'ioredis';
import { connectTimeoutOf } from './connect-timeout';
import { RedisError } from './errors';

/** Where Redis is and how long it may take. Always TLS; the certificate must be valid for `host`. */
export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** The user. @default Redis' user `default`, for whom the auth token is */
  readonly username?: string;
  /** The auth token, or the user's password. */
  readonly token: string;
  /** The token is signed by IAM credentials: its refusal is an error of IAM's. @default false */
  readonly iam?: boolean;
  /** Further trusted certificate authority, PEM. @default the system's */
  readonly ca?: string;
  /** @default 3000 */
  readonly connectTimeoutMs?: number;
  /** Limit of each command, blocking ones included. @default 5000 */
  readonly commandTimeoutMs?: number;
  /** Sends ASKING before each command: the node of a cluster answers for a slot that it is about to get. @default false */
  readonly asking?: boolean;
}

/**
 * Opens a connection that is used until it fails and then discarded: no offline queue, no reconnect, no resending,
 * since a command that is resent, or runs after its caller's timeout, breaks the queue's guarantees.
 * @throws RedisError that names host, port, fault and what to check.
 */
export async function connect(options: ConnectionOptions): Promise<Redis> {
  const { host, port, commandTimeoutMs = 5000 } = options;
  checkEndpoint(host, port);
  const client = new (options.asking === true ? AskingRedis : Redis)({
    host,
    port,
    ...(options.username === undefined ? {} : { username: options.username }),
    password: options.token,
    tls: { ...(isIP(host) === 0 ? { servername: host } : {}), ...(options.ca === undefined ? {} : { ca: options.ca }) },
    lazyConnect: true,
    connectTimeout: options.connectTimeoutMs ?? 3000,
    commandTimeout: commandTimeoutMs,
    // A failed connection must not keep the process alive: ioredis waits 2 s for the socket to close.
    disconnectTimeout: 100,
    keepAlive: 10_000,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
  });
  // Only the event has the reason of a failed handshake; the promises reject with "connection is closed".
  let reason: unknown;
  client.on('error', (error: unknown) => (reason = error));
  try {
    await client.connect();
    await client.ping();
    const timer = keepTimerList(commandTimeoutMs);
    client.once('end', () => clearInterval(timer));
    return client;
  } catch (error) {
    client.disconnect();
    const failure = reason ?? error;
    const timedOut = failure instanceof Error && failure.message === 'connect ETIMEDOUT';
    const cause = timedOut ? await connectTimeoutOf(host, port) : refusalOf(failure, options);
    throw new RedisError('connect', `${host}:${port}`, cause);
  }
}

/**
 * Node keeps a list for each length of timers while it has one: without this timer, each time-out of a command that is sent alone would
 * create and remove its list.
 */
export function keepTimerList(ms: number): NodeJS.Timeout {
  return setInterval(() => undefined, ms).unref();
}

/** An ASKING is valid for one command. */
class AskingRedis extends Redis {
  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    // The handshake is for the node itself.
    if (this.status === 'ready' && command.name !== 'asking') this.asking().catch(() => undefined);
    return super.sendCommand(command, stream);
  }
}

/** A server without AUTH repeats the arguments in its error. Its error does not say that the token was one of IAM's. */
function refusalOf(error: unknown, { token, iam = false }: Pick<ConnectionOptions, 'token' | 'iam'>): unknown {
  if (!(error instanceof Error) || token === '') return error;
  const refused = iam && error.message.startsWith('WRONGPASS ');
  if (!refused && !error.message.includes(token)) return error;
  return new Error(`${refused ? 'IAM token refused: ' : ''}${error.message.replaceAll(token, '<token>')}`);
}

/** @throws TypeError for a host that is a URL or has a port, and for a port outside 1-65535. */
export function checkEndpoint(host: string, port: number): void {
  if (typeof host !== 'string' || !/^[A-Za-z0-9.:-]{1,253}$/.test(host)) {
    throw new TypeError(
      // A URL may contain the token, so the value is omitted.
      'Redis host must be a host name or an address, not a URL; only letters, digits, dots, hyphens and colons are allowed',
    );
  }
  // An IPv6 address has at least two colons.
  if (host.split(':').length === 2) {
    throw new TypeError('Redis host must be a host name or an address without a port; set the port separately');
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new TypeError(`Redis port must be a whole number from 1 to 65535, got ${port}`);
  }
}
