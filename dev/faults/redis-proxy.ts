/**
 * A TCP proxy in front of Redis that can be broken. Its address stays while the server behind it changes. It sees bytes, not
 * commands, since they are encrypted.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { freePort } from '../local/free-port';
import { type Impairment, ProxiedConnection, type ProxyState, unimpaired } from './proxied-connection';
import type { Random } from './random';

/** The address that clients use by default, and a second one that a name can resolve to instead. */
export const addresses = { usual: '127.0.0.1', other: '127.0.0.2' } as const;
export type Address = keyof typeof addresses;

export interface RedisProxyOptions {
  /** Decides which bytes the impairment affects. @default Math.random */
  readonly random?: Random;
  /** The proxy listens on these. @default the usual one */
  readonly listenOn?: readonly Address[];
}

export class RedisProxy implements ProxyState {
  /** Applies to all connections from now on. */
  impairment: Impairment = unimpaired;
  /** Replies that passed since the start. */
  replies = 0;
  /** Local ports of all connections to Redis so far: Redis can list a connection after the client has closed it. */
  readonly upstreamPorts = new Set<number>();
  readonly random: Random;

  private readonly connections = new Set<ProxiedConnection>();
  private readonly listenOn: readonly Address[];
  private servers: Server[] = [];
  private paused: { readonly resumed: Promise<void>; readonly resume: () => void } | undefined;
  private nthReply: { readonly number: number; readonly onDrop: () => void } | undefined;
  private nextRequest: (() => void) | undefined;

  private constructor(
    readonly port: number,
    /** The port of Redis for new connections, by the address that they came to. */
    public targetOf: (address: Address) => number,
    { random = Math.random, listenOn = ['usual'] }: RedisProxyOptions,
  ) {
    this.random = random;
    this.listenOn = listenOn;
  }

  /** Listens on a free port. */
  static async start(targetOf: (address: Address) => number, options: RedisProxyOptions = {}): Promise<RedisProxy> {
    const proxy = new RedisProxy(await freePort(), targetOf, options);
    await proxy.listen();
    return proxy;
  }

  /** Resets all connections, as a router does that restarts. */
  cut(): void {
    for (const connection of this.connections) connection.reset();
  }

  /** Drops all further bytes of the open connections and keeps them open; new connections work. */
  halfOpen(): void {
    for (const connection of this.connections) connection.dropTraffic();
  }

  /** Holds back all bytes, also those of new connections, until `resume()`. */
  pause(): void {
    let resume = (): void => undefined;
    const resumed = new Promise<void>((resolve) => (resume = resolve));
    this.paused ??= { resumed, resume };
  }

  resume(): void {
    const { paused } = this;
    this.paused = undefined;
    paused?.resume();
  }

  /** Refuses new connections; open ones stay. */
  refuse(): void {
    // 'close' is emitted only when the connections are closed, too; the port is free at once.
    for (const server of this.servers.splice(0)) server.close();
  }

  async listen(): Promise<void> {
    if (this.servers.length > 0) return;
    for (const address of this.listenOn) {
      const server = createServer((client) =>
        this.connections.add(new ProxiedConnection(client, this.targetOf(address), this)),
      );
      server.listen(this.port, addresses[address]);
      await once(server, 'listening');
      this.servers.push(server);
    }
  }

  /** Drops the n-th reply from now on, and its connection: the server has executed the command. Calls `onDrop` first. */
  dropNthReply(n: number, onDrop: () => void): void {
    this.nthReply = { number: this.replies + n, onDrop };
  }

  /** Drops the reply to the next request, and its connection; resolves then. */
  dropNextReply(): Promise<void> {
    return new Promise((resolve) => (this.nextRequest = resolve));
  }

  stop(): void {
    this.resume();
    this.refuse();
    this.cut();
  }

  /** @internal */
  get passing(): Promise<void> | undefined {
    return this.paused?.resumed;
  }

  /** @internal */
  opened(upstreamPort: number): void {
    this.upstreamPorts.add(upstreamPort);
  }

  /** @internal */
  closed(connection: ProxiedConnection): void {
    this.connections.delete(connection);
  }

  /** @internal */
  takeRequest(): (() => void) | undefined {
    const { nextRequest } = this;
    this.nextRequest = undefined;
    return nextRequest;
  }

  /** @internal */
  dropsReply(): boolean {
    this.replies += 1;
    const { nthReply } = this;
    if (nthReply === undefined || this.replies < nthReply.number) return false;
    this.nthReply = undefined;
    nthReply.onDrop();
    return true;
  }
}
