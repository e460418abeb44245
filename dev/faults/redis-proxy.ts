/**
 * A way to Redis that can be broken: a TCP proxy whose address stays while what is behind it changes. It sees bytes, not
 * commands, since they are encrypted.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { freePort } from '../local/free-port';
import { ConnectionPair, type PairOwner, type Treatment, untouched } from './connection-pair';
import type { Random } from './random';

/** The address that everybody uses, and one that a name may lead to instead. */
export const addresses = { usual: '127.0.0.1', other: '127.0.0.2' } as const;
export type Address = keyof typeof addresses;

export class RedisProxy implements PairOwner {
  /** What passes is treated so; may be changed at any time. */
  treatment: Treatment = untouched;
  /** Replies that came through since the start, the first piece of each. */
  replies = 0;

  private readonly pairs = new Set<ConnectionPair>();
  private servers: Server[] = [];
  private standstill: { readonly over: Promise<void>; readonly end: () => void } | undefined;
  private trap: { atReply: number; readonly spring: () => void } | undefined;

  private constructor(
    readonly port: number,
    /** Where new connections lead, by the address they came to. */
    private readonly targetOf: (address: Address) => number,
    readonly random: Random,
  ) {}

  /** Starts one on both addresses, on a free port. */
  static async start(targetOf: (address: Address) => number, random: Random): Promise<RedisProxy> {
    const way = new RedisProxy(await freePort(), targetOf, random);
    await way.accept();
    return way;
  }

  /** Ends all connections, as a router that restarts. */
  cut(): void {
    for (const pair of this.pairs) pair.reset();
  }

  /** Connections that are open now get nothing any more and stay open; new ones work. */
  halfOpen(): void {
    for (const pair of this.pairs) pair.silence();
  }

  /** Nothing passes any more, on new connections neither; what comes meanwhile passes after `goOn()`. */
  standStill(): void {
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    this.standstill ??= { over, end };
  }

  goOn(): void {
    const { standstill } = this;
    this.standstill = undefined;
    standstill?.end();
  }

  /** Nobody listens any more; open connections stay. */
  refuse(): void {
    // 'close' comes only when the connections are gone too; the port is free at once.
    for (const server of this.servers.splice(0)) server.close();
  }

  /** Listens (again). */
  async accept(): Promise<void> {
    if (this.servers.length > 0) return;
    for (const address of Object.keys(addresses) as Address[]) {
      const server = createServer((client) => this.pairs.add(new ConnectionPair(client, this.targetOf(address), this)));
      server.listen(this.port, addresses[address]);
      await once(server, 'listening');
      this.servers.push(server);
    }
  }

  /**
   * The n-th reply from now on is taken away, and its connection, after `spring` was called: the server has done the work.
   * @returns how to take the trap away; true where it had not sprung.
   */
  atReply(n: number, spring: () => void): () => boolean {
    const trap = { atReply: this.replies + n, spring };
    this.trap = trap;
    return () => {
      if (this.trap !== trap) return false;
      this.trap = undefined;
      return true;
    };
  }

  stop(): void {
    this.goOn();
    this.refuse();
    this.cut();
  }

  /** @internal */
  get passing(): Promise<void> | undefined {
    return this.standstill?.over;
  }

  /** @internal */
  closed(pair: ConnectionPair): void {
    this.pairs.delete(pair);
  }

  /** @internal */
  takesReply(): boolean {
    this.replies += 1;
    const { trap } = this;
    if (trap === undefined || this.replies < trap.atReply) return false;
    this.trap = undefined;
    trap.spring();
    return true;
  }
}
