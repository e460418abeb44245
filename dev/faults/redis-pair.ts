/** The primary and its replica, whose roles can change; both reached directly, past every way that is broken. */
import { appendFile, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { createAuthority, type CertificateAuthority } from '../local/certificates';
import type { RedisProcess } from '../local/redis-process';
import { type LocalRedis, startRedis } from '../local/redis-server';
import { connect } from '../../queue/connection';
import type { Random } from './random';
import { until } from './until';
import { RedisProxy } from './redis-proxy';

const configuration = {
  'enable-protected-configs': 'local',
  // A start from a snapshot takes long enough to be met, and answers meanwhile.
  'key-load-delay': '100',
  'loading-process-events-interval-bytes': '1024',
};

export class RedisPair {
  /** The auth token that is in force. */
  token: string;
  primary: RedisProcess;
  replica: RedisProcess;
  private readonly first: RedisProcess;
  private readonly clients = new Map<number, Redis>();

  private constructor(
    private readonly server: LocalRedis & { readonly replica: RedisProcess },
    /** From the replica to the primary. */
    readonly replication: RedisProxy,
    /** Signs certificates that all processes trust beside Redis' own. */
    private readonly authority: CertificateAuthority,
    /** Holds the certificates of both authorities. */
    readonly caFile: string,
  ) {
    this.token = server.token;
    this.first = this.primary = server.primary;
    this.replica = server.replica;
  }

  static async start(random: Random): Promise<RedisPair> {
    const server = await startRedis({ replica: true, config: configuration });
    const { replica } = server;
    if (replica === undefined) throw new Error('Redis was started without its replica');
    const authority = await createAuthority();
    const caFile = join(server.folder, 'trusted.crt');
    await copyFile(server.caFile, caFile);
    await appendFile(caFile, `\n${authority.certificate}`);
    const replication = await RedisProxy.start(() => pair.primary.port, random);
    const pair: RedisPair = new RedisPair({ ...server, replica }, replication, authority, caFile);
    await pair.follow();
    return pair;
  }

  /** A folder that goes when this process goes. */
  get folder(): string {
    return this.server.folder;
  }

  /** One command to one node, on a connection that is kept. */
  async ask(node: RedisProcess, command: string, ...parameters: (string | number)[]): Promise<unknown> {
    return (await this.client(node)).call(command, ...parameters);
  }

  /** A connection to the node that is kept. */
  async client(node: RedisProcess = this.primary): Promise<Redis> {
    const known = this.clients.get(node.port);
    if (known?.status === 'ready') return known;
    known?.disconnect();
    const { host, ca } = this.server;
    const client = await connect({ host, port: node.port, token: this.token, ca, commandTimeoutMs: 20_000 });
    this.clients.set(node.port, client);
    return client;
  }

  /** Makes the replica the primary, whatever it has got by then; new connections lead to it. */
  async promote(): Promise<void> {
    await this.ask(this.replica, 'REPLICAOF', 'NO', 'ONE');
    [this.primary, this.replica] = [this.replica, this.primary];
  }

  /** The replica follows the primary, started anew where it is dead; resolves when it is in step. */
  async follow(): Promise<void> {
    const { host } = this.server;
    if (!(await this.answers(this.replica))) await this.replica.restart();
    await until('the node answers', () => this.answers(this.replica));
    // Both live in one folder: a snapshot that one gets must not take the place of one that the other has made, and after a
    // restart it looks for the usual name.
    await this.ask(this.primary, 'CONFIG', 'SET', 'dbfilename', 'dump.rdb');
    await this.ask(this.replica, 'CONFIG', 'SET', 'dbfilename', `${this.replica.port}.rdb`);
    await this.ask(this.replica, 'REPLICAOF', host, this.replication.port);
    // A write first: without one WAIT asks only whether a replica is connected.
    await this.ask(this.primary, 'SET', 'faults:step', 1, 'EX', 60);
    await until('the replica is in step', async () => (await this.ask(this.primary, 'WAIT', 1, 100)) === 1);
  }

  /** The first node is the primary again; only where nobody works meanwhile. */
  async home(): Promise<void> {
    await this.follow();
    if (this.primary === this.first) return;
    await this.promote();
    await this.follow();
  }

  /** Shows a certificate that ran out yesterday to every new client; its authority is trusted. */
  async expireCertificate(): Promise<void> {
    const yesterday = new Date(Date.now() - 24 * 3600_000);
    const lastWeek = new Date(Date.now() - 7 * 24 * 3600_000);
    const { certificate, key } = await this.authority.issue({ validFrom: lastWeek, validUntil: yesterday });
    const files = [join(this.folder, 'expired.crt'), join(this.folder, 'expired.key')] as const;
    await Promise.all([writeFile(files[0], certificate), writeFile(files[1], key, { mode: 0o600 })]);
    await this.showCertificate(...files);
  }

  /** As at first. */
  async renewCertificate(): Promise<void> {
    await this.showCertificate(join(this.folder, 'redis.crt'), join(this.folder, 'redis.key'));
  }

  /** Both nodes take this token beside those they take already. */
  async addToken(token: string): Promise<void> {
    for (const node of [this.primary, this.replica]) {
      await this.ask(node, 'ACL', 'SETUSER', 'default', `>${token}`);
      await this.ask(node, 'CONFIG', 'SET', 'masterauth', token);
    }
    this.token = token;
  }

  /** Both nodes refuse this token from now on; connections that are open stay. */
  async revokeToken(token: string): Promise<void> {
    for (const node of [this.primary, this.replica]) await this.ask(node, 'ACL', 'SETUSER', 'default', `<${token}`);
  }

  async stop(): Promise<void> {
    for (const client of this.clients.values()) client.disconnect();
    this.replication.stop();
    await this.server.stop();
  }

  private async showCertificate(certificate: string, key: string): Promise<void> {
    // In one command: a certificate without its own key would be refused.
    await this.ask(this.primary, 'CONFIG', 'SET', 'tls-cert-file', certificate, 'tls-key-file', key);
  }

  private async answers(node: RedisProcess): Promise<boolean> {
    return this.ask(node, 'PING').then(
      () => true,
      () => false,
    );
  }
}
