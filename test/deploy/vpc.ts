/** Emulates the VPC of a deployed function: host names of the account resolve to local servers with certificates for those names. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, createServer, type Server } from 'node:tls';
import { type CertificateAuthority, createAuthority } from '../../dev/local/certificates';
import type { LocalRedis } from '../../dev/local/redis-server';

export class Vpc {
  private readonly folder = mkdtempSync(join(tmpdir(), 'model-events-vpc-'));
  private readonly routes: string[] = [];
  private readonly servers: Server[] = [];
  private readonly open = new Set<Socket>();

  private constructor(private readonly authority: CertificateAuthority) {
    writeFileSync(this.caFile, authority.certificate);
  }

  static async create(): Promise<Vpc> {
    return new Vpc(await createAuthority());
  }

  /** Variables that a function's process needs besides its deployed ones. */
  get variables(): {
    readonly NODE_OPTIONS: string;
    readonly NODE_EXTRA_CA_CERTS: string;
    readonly TEST_ROUTES: string;
  } {
    return {
      NODE_OPTIONS: `--import ${join(__dirname, 'vpc-routes.mjs')}`,
      NODE_EXTRA_CA_CERTS: this.caFile,
      TEST_ROUTES: this.routes.join(','),
    };
  }

  /** Routes the deployed host name of Redis to this server. */
  async placeRedis(host: string, port: number, { port: here, ca }: LocalRedis): Promise<void> {
    await this.place(host, port, () => connectTls({ host: '127.0.0.1', port: here, ca, servername: 'localhost' }));
  }

  /** Routes the host name of an interface endpoint to the emulator. */
  async placeEndpoint(host: string, url: string): Promise<void> {
    await this.place(host, 443, () => connect(Number(new URL(url).port), '127.0.0.1'));
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    for (const server of this.servers) {
      server.close();
      await once(server, 'close');
    }
    rmSync(this.folder, { recursive: true });
  }

  private get caFile(): string {
    return join(this.folder, 'ca.crt');
  }

  private async place(host: string, port: number, inside: () => Socket): Promise<void> {
    const { certificate, key } = await this.authority.issue({ names: [host] });
    const server = createServer({ cert: certificate, key }, (outer) => {
      const inner = inside();
      this.join(outer, inner);
      this.join(inner, outer);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.servers.push(server);
    this.routes.push(`${host}:${port}=${(server.address() as AddressInfo).port}`);
  }

  /** Forwards data in both directions, and closes each socket with the other. */
  private join(one: Socket, other: Socket): void {
    this.open.add(one);
    one.pipe(other);
    one.on('error', () => other.destroy());
    one.on('close', () => {
      this.open.delete(one);
      other.destroy();
    });
  }
}
