/**
 * A Redis with IAM authentication: a TLS server that verifies the token of each AUTH and HELLO as AWS does, gives the user's password
 * to a real Redis instead, and passes all other bytes through. It closes a connection 12 hours after its last AUTH; a test lets the
 * hours pass with `age`.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import type { LocalRedis } from '../../dev/local/redis-server';
import { iamCacheIn } from '../../contract/iam-cache';
import { type KnownCredentials, tokenFault } from './iam-token-check';
import { commandsIn, encodeCommand } from './redis-commands';

export const testCacheArn = 'arn:aws:elasticache:us-east-1:123456789012:replicationgroup:hokusai-redis-test';
export const testCredentials: KnownCredentials = {
  accessKeyId: 'ASIATESTKEYOFTHEROLE',
  secretAccessKey: 'secret/of+the=role',
  sessionToken: 'IQoJ+session/token=of-the-role==',
};

const limitMs = 12 * 3_600_000;

/** An AUTH or HELLO, in the order in which they came. */
export interface Authentication {
  readonly username: string;
  /** Undefined if the token was accepted. */
  readonly fault: string | undefined;
}

export interface IamGateOptions {
  readonly redis: Pick<LocalRedis, 'host' | 'port' | 'ca' | 'caFile'>;
  /** Passwords of the users in Redis. */
  readonly passwords: ReadonlyMap<string, string>;
  /** @default {@link testCacheArn} */
  readonly cacheArn?: string;
}

export class IamGate {
  readonly authentications: Authentication[] = [];
  /** Connections since the start. */
  opened = 0;
  /** What AWS knows; changed by a test that revokes credentials. */
  known: readonly KnownCredentials[] = [testCredentials];
  /** Ahead of the signer's clock. */
  clockAheadMs = 0;
  private readonly connections = new Set<{ ageMs: number; readonly end: () => void }>();

  private constructor(
    private readonly server: Server,
    private readonly options: IamGateOptions,
  ) {
    server.on('secureConnection', (client: TLSSocket) => this.accept(client));
  }

  static async start(options: IamGateOptions): Promise<IamGate> {
    const file = (name: string): Promise<string> => readFile(join(dirname(options.redis.caFile), name), 'utf8');
    const server = createServer({ cert: await file('redis.crt'), key: await file('redis.key') });
    server.listen(0, options.redis.host);
    await once(server, 'listening');
    return new IamGate(server, options);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Lets time pass for the open connections. */
  age(ms: number): void {
    for (const connection of this.connections) {
      connection.ageMs += ms;
      if (connection.ageMs >= limitMs) connection.end();
    }
  }

  stop(): void {
    this.server.close();
    for (const { end } of this.connections) end();
  }

  private accept(client: TLSSocket): void {
    this.opened++;
    const { host, port, ca } = this.options.redis;
    const redis = connect({ host, port, ca });
    const connection = {
      ageMs: 0,
      end: () => {
        this.connections.delete(connection);
        client.destroy();
        redis.destroy();
      },
    };
    this.connections.add(connection);
    for (const socket of [client, redis]) {
      socket.on('error', connection.end);
      socket.on('close', connection.end);
    }
    redis.pipe(client);
    let rest: Buffer = Buffer.alloc(0);
    client.on('data', (bytes: Buffer) => {
      const { commands, rest: incomplete } = commandsIn(Buffer.concat([rest, bytes]));
      rest = incomplete;
      for (const { args, bytes: raw } of commands) {
        const replaced = this.withPassword(args, connection);
        redis.write(replaced === undefined ? raw : encodeCommand(replaced));
      }
    });
  }

  /** The command with the user's password for a valid token, and with a wrong one otherwise; undefined for other commands. */
  private withPassword(args: readonly string[], connection: { ageMs: number }): string[] | undefined {
    const name = args[0]?.toUpperCase();
    const at = name === 'AUTH' ? 0 : name === 'HELLO' ? args.findIndex((word) => word.toUpperCase() === 'AUTH') : -1;
    if (at < 0) return undefined;
    const [username = '', token = ''] = args.slice(at + 1, at + 3);
    const cache = iamCacheIn(this.options.cacheArn ?? testCacheArn);
    // Not Date.now(), with which tests move the session's clock.
    const nowMs = new Date().getTime() + this.clockAheadMs;
    const fault = tokenFault(token, { cache, username, known: this.known, nowMs });
    this.authentications.push({ username, fault });
    if (fault === undefined) connection.ageMs = 0;
    const password = fault === undefined ? (this.options.passwords.get(username) ?? '') : 'wrong';
    return [...args.slice(0, at + 1), username, password, ...args.slice(at + 3)];
  }
}
