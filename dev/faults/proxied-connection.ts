/** One connection through a proxy: the socket to the client and the socket to Redis. */
import { connect, type Socket } from 'node:net';
import type { Random } from './random';

/** What a proxy does to the bytes that pass. */
export interface Impairment {
  /** Added to each direction. */
  readonly delayMs: number;
  /** The delay varies by up to this much, up and down. */
  readonly jitterMs: number;
  /** Share of the chunks at which the connection is reset instead. */
  readonly resetShare: number;
  /** Share of the replies that are dropped, with the connection: the server has executed the command, the client does not know. */
  readonly lostReplyShare: number;
}

export const unimpaired: Impairment = { delayMs: 0, jitterMs: 0, resetShare: 0, lostReplyShare: 0 };

/** The proxy, as its connections see it. */
export interface ProxyState {
  readonly impairment: Impairment;
  readonly random: Random;
  /** Resolves when a paused proxy resumes; undefined while bytes may pass. */
  readonly passing: Promise<void> | undefined;
  /** Called for each chunk of a request. A result means: drop the reply and the connection, then call it. */
  takeRequest(): (() => void) | undefined;
  /** Called for the first chunk of each reply; true drops the reply and the connection. */
  dropsReply(): boolean;
  opened(upstreamPort: number): void;
  closed(connection: ProxiedConnection): void;
}

type Direction = 'request' | 'reply';

export class ProxiedConnection {
  private dropping = false;
  private awaitsReply = false;
  private onReplyDropped: (() => void) | undefined;
  private readonly upstream: Socket;
  private readonly lastDueMs: Record<Direction, number> = { request: 0, reply: 0 };
  private readonly delayed: Record<Direction, (() => void)[]> = { request: [], reply: [] };

  constructor(
    private readonly client: Socket,
    port: number,
    private readonly proxy: ProxyState,
  ) {
    this.upstream = connect(port, '127.0.0.1');
    this.upstream.once('connect', () => this.proxy.opened(this.upstream.localPort ?? 0));
    this.client.on('data', (chunk) => this.pass('request', chunk));
    this.upstream.on('data', (chunk) => this.pass('reply', chunk));
    this.client.on('end', () => this.schedule('request', () => this.upstream.end()));
    this.upstream.on('end', () => this.schedule('reply', () => this.client.end()));
    for (const socket of [this.client, this.upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.reset());
      socket.on('close', () => {
        if (this.client.destroyed && this.upstream.destroyed) this.proxy.closed(this);
      });
    }
  }

  /** Makes the connection half open. */
  dropTraffic(): void {
    this.dropping = true;
  }

  /** Sends RST to both ends. */
  reset(): void {
    for (const socket of [this.client, this.upstream]) if (!socket.destroyed) socket.resetAndDestroy();
  }

  private pass(direction: Direction, chunk: Buffer): void {
    if (this.dropping) return;
    const { impairment, random } = this.proxy;
    const firstOfReply = direction === 'reply' && this.awaitsReply;
    this.awaitsReply = direction === 'request';
    if (direction === 'request') this.onReplyDropped ??= this.proxy.takeRequest();
    else if (this.onReplyDropped !== undefined) {
      this.dropWithReply();
      this.onReplyDropped();
      return;
    }
    if (firstOfReply && (this.proxy.dropsReply() || random() < impairment.lostReplyShare)) {
      this.dropWithReply();
      return;
    }
    if (impairment.resetShare > 0 && random() < impairment.resetShare) {
      this.reset();
      return;
    }
    const to = direction === 'request' ? this.upstream : this.client;
    this.schedule(direction, () => {
      if (!this.dropping && !to.destroyed) to.write(chunk);
    });
  }

  private dropWithReply(): void {
    this.dropping = true;
    this.reset();
  }

  /** Keeps the order of arrival whatever the jitter is. */
  private schedule(direction: Direction, act: () => void): void {
    const { impairment, random, passing } = this.proxy;
    if (passing !== undefined) {
      void passing.then(() => this.schedule(direction, act));
      return;
    }
    const nowMs = performance.now();
    const delayMs = impairment.delayMs + (random() * 2 - 1) * impairment.jitterMs;
    const dueMs = Math.max(this.lastDueMs[direction], nowMs + Math.max(0, delayMs));
    this.lastDueMs[direction] = dueMs;
    const delayed = this.delayed[direction];
    if (dueMs <= nowMs && delayed.length === 0) {
      act();
      return;
    }
    delayed.push(act);
    // Timers that are due in the same millisecond may fire in any order: each passes on the oldest chunk.
    setTimeout(() => delayed.shift()?.(), dueMs - nowMs);
  }
}
