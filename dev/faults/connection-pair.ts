/** One connection through a way: the client's half, and the half to Redis. */
import { connect, type Socket } from 'node:net';
import type { Random } from './random';

/** What a way does to what passes. */
export interface Treatment {
  /** Added to each direction, ms. */
  readonly delayMs: number;
  /** The delay differs by up to this much to both sides, ms. */
  readonly jitterMs: number;
  /** Share of the pieces at which the connection is reset instead. */
  readonly resetShare: number;
  /** Share of the replies that are lost, with the connection: the server has done its work, and the client does not know. */
  readonly lostReplyShare: number;
}

export const untouched: Treatment = { delayMs: 0, jitterMs: 0, resetShare: 0, lostReplyShare: 0 };

/** Where the pair belongs. */
export interface PairOwner {
  readonly treatment: Treatment;
  readonly random: Random;
  /** Resolves when pieces may pass; at once, unless everything stands still. */
  readonly passing: Promise<void> | undefined;
  /** Told of the first piece of each reply; true takes it away, and the connection with it. */
  takesReply(): boolean;
  closed(pair: ConnectionPair): void;
}

type Direction = 'request' | 'reply';

export class ConnectionPair {
  /** Once silent, nothing passes any more, and both ends believe in it. */
  private silent = false;
  private awaitsReply = false;
  private readonly upstream: Socket;
  private readonly lastDueMs: Record<Direction, number> = { request: 0, reply: 0 };
  private readonly waiting: Record<Direction, (() => void)[]> = { request: [], reply: [] };

  constructor(
    private readonly client: Socket,
    port: number,
    private readonly owner: PairOwner,
  ) {
    this.upstream = connect(port, '127.0.0.1');
    for (const socket of [this.client, this.upstream]) socket.setNoDelay(true);
    this.client.on('data', (chunk) => this.pass('request', chunk));
    this.upstream.on('data', (chunk) => this.pass('reply', chunk));
    this.client.on('end', () => this.later('request', () => this.upstream.end()));
    this.upstream.on('end', () => this.later('reply', () => this.client.end()));
    for (const socket of [this.client, this.upstream]) {
      socket.on('error', () => this.reset());
      socket.on('close', () => {
        if (this.client.destroyed && this.upstream.destroyed) this.owner.closed(this);
      });
    }
  }

  /** Half open from now on. */
  silence(): void {
    this.silent = true;
  }

  /** Ends both halves as a lost host's router would: RST. */
  reset(): void {
    for (const socket of [this.client, this.upstream]) if (!socket.destroyed) socket.resetAndDestroy();
  }

  private pass(direction: Direction, chunk: Buffer): void {
    if (this.silent) return;
    const { treatment, random } = this.owner;
    const firstOfReply = direction === 'reply' && this.awaitsReply;
    this.awaitsReply = direction === 'request';
    if (firstOfReply && (this.owner.takesReply() || random() < treatment.lostReplyShare)) {
      this.silent = true;
      this.reset();
      return;
    }
    if (treatment.resetShare > 0 && random() < treatment.resetShare) {
      this.reset();
      return;
    }
    const to = direction === 'request' ? this.upstream : this.client;
    this.later(direction, () => {
      if (!this.silent && !to.destroyed) to.write(chunk);
    });
  }

  /** In the order of arrival, whatever the jitter. */
  private later(direction: Direction, act: () => void): void {
    const { treatment, random, passing } = this.owner;
    if (passing !== undefined) {
      void passing.then(() => this.later(direction, act));
      return;
    }
    const nowMs = performance.now();
    const delayMs = treatment.delayMs + (random() * 2 - 1) * treatment.jitterMs;
    const dueMs = Math.max(this.lastDueMs[direction], nowMs + Math.max(0, delayMs));
    this.lastDueMs[direction] = dueMs;
    const waiting = this.waiting[direction];
    if (dueMs <= nowMs && waiting.length === 0) {
      act();
      return;
    }
    waiting.push(act);
    // Timers that are due in one millisecond may fire in any order: each lets pass what has waited longest.
    setTimeout(() => waiting.shift()?.(), dueMs - nowMs);
  }
}
