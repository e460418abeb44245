/** The primary and its replica, whose roles can change. This process reaches both directly, without a proxy. */
import { appendFile, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { createAuthority, type CertificateAuthority } from '../local/certificates';
import type { RedisProcess } from '../local/redis-process';
import { type LocalRedis, startRedis } from '../local/redis-server';
import { connect } from '../../queue/connection';
import type { Random } from './random';
import { waitUntil } from '../local/wait-until';
import { RedisProxy } from './redis-proxy';
import type { RedisUnderTest } from './redis-under-test';
import { localSubscriptions } from '../local/publisher-environment';

const configuration = {
  'enable-protected-configs': 'local',
  // Makes a start from a snapshot slow enough to be observed; Redis answers LOADING meanwhile.
  'key-load-delay': '100',
  'loading-process-events-interval-bytes': '1024',
};

export class RedisPair implements RedisUnderTest {
  readonly subscriptions = localSubscriptions;
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
    const replication = await RedisProxy.start(() => pair.primary.port, { random });
    const pair: RedisPair = new RedisPair({ ...server, replica }, replication, authority, caFile);
    await pair.follow();
    return pair;
  }

  get folder(): string {
    return this.server.folder;
  }

  get endpointPort(): number {
    return this.primary.port;
  }

  clientOf(): Promise<Redis> {
    return this.client();
  }

  /** Sends one command to one node, on a cached connection. */
  async command(node: RedisProcess, command: string, ...parameters: (string | number)[]): Promise<unknown> {
    return (await this.client(node)).call(command, ...parameters);
  }

  /** The cached connection to a node. */
  async client(node: RedisProcess = this.primary): Promise<Redis> {
    const known = this.clients.get(node.port);
    if (known?.status === 'ready') return known;
    known?.disconnect();
    const { host, ca } = this.server;
    const client = await connect({ host, port: node.port, token: this.token, ca, commandTimeoutMs: 20_000 });
    this.clients.set(node.port, client);
    return client;
  }

  /** Makes the replica the primary, however far behind it is; new connections reach it. */
  async promote(): Promise<void> {
    await this.command(this.replica, 'REPLICAOF', 'NO', 'ONE');
    [this.primary, this.replica] = [this.replica, this.primary];
  }

  /** Makes the replica follow the primary, restarting it if it is down; resolves when it has caught up. */
  async follow(): Promise<void> {
    const { host } = this.server;
    if (!(await this.responds(this.replica))) await this.replica.restart();
    await waitUntil('the node responds', () => this.responds(this.replica));
    // Both use one folder: the snapshot that the replica receives must not replace the primary's, which reads the default name
    // after a restart.
    await this.command(this.primary, 'CONFIG', 'SET', 'dbfilename', 'dump.rdb');
    await this.command(this.replica, 'CONFIG', 'SET', 'dbfilename', `${this.replica.port}.rdb`);
    await waitUntil('the node follows', () =>
      this.command(this.replica, 'REPLICAOF', host, this.replication.port).then(
        () => true,
        (error: unknown) => {
          // A restarted node loads a copy of the primary first.
          if (error instanceof Error && error.message.startsWith('LOADING')) return false;
          throw error;
        },
      ),
    );
    // A write first: without one WAIT asks only whether a replica is connected.
    await this.command(this.primary, 'SET', 'faults:step', 1, 'EX', 60);
    await waitUntil('the replica has caught up', async () => (await this.command(this.primary, 'WAIT', 1, 100)) === 1);
  }

  /** Makes the first node the primary again. Requires that no client writes meanwhile. */
  async restoreRoles(): Promise<void> {
    await this.follow();
    if (this.primary === this.first) return;
    await this.promote();
    await this.follow();
  }

  /** Serves new clients a certificate that expired yesterday; its authority is trusted. */
  async expireCertificate(): Promise<void> {
    const yesterday = new Date(Date.now() - 24 * 3600_000);
    const lastWeek = new Date(Date.now() - 7 * 24 * 3600_000);
    const { certificate, key } = await this.authority.issue({ validFrom: lastWeek, validUntil: yesterday });
    const files = [join(this.folder, 'expired.crt'), join(this.folder, 'expired.key')] as const;
    await Promise.all([writeFile(files[0], certificate), writeFile(files[1], key, { mode: 0o600 })]);
    await this.serveCertificate(...files);
  }

  /** Serves the original certificate again. */
  async renewCertificate(): Promise<void> {
    await this.serveCertificate(join(this.folder, 'redis.crt'), join(this.folder, 'redis.key'));
  }

  /** Makes both nodes accept this token in addition to the current ones. */
  async addToken(token: string): Promise<void> {
    for (const node of [this.primary, this.replica]) {
      await this.command(node, 'ACL', 'SETUSER', 'default', `>${token}`);
      await this.command(node, 'CONFIG', 'SET', 'masterauth', token);
    }
    this.token = token;
  }

  /** Makes both nodes refuse this token for new connections; open ones stay. */
  async revokeToken(token: string): Promise<void> {
    for (const node of [this.primary, this.replica]) await this.command(node, 'ACL', 'SETUSER', 'default', `<${token}`);
  }

  async stop(): Promise<void> {
    for (const client of this.clients.values()) client.disconnect();
    this.replication.stop();
    await this.server.stop();
  }

  private async serveCertificate(certificate: string, key: string): Promise<void> {
    // In one command: a certificate without its own key would be refused.
    await this.command(this.primary, 'CONFIG', 'SET', 'tls-cert-file', certificate, 'tls-key-file', key);
  }

  private async responds(node: RedisProcess): Promise<boolean> {
    return this.command(node, 'PING').then(
      () => true,
      () => false,
    );
  }
}
