/** What consumers did: each process appends a line for each message that it has handled, before it acknowledges. */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** How often one service handled one message. */
export interface Handled {
  times: number;
  /** Handled again although neither a lease had expired nor the handler had failed since the previous one. */
  repeats: number;
  /** The attempts, if the consumer reports them. */
  readonly tries: string[];
  /** Milliseconds since 1970, of the first time. */
  readonly firstMs: number;
}

/** Reads all files of a folder; lines are `<ms since 1970> <queue> <message id> [<try>]`. */
export class Journal {
  private readonly handled = new Map<string, Map<string, Handled>>();
  private readonly counts = new Map<string, number>();
  private readonly offsets = new Map<string, number>();
  private readonly rests = new Map<string, string>();

  constructor(private readonly folder: string) {}

  /** By message id; what was written until now. */
  of(queue: string): ReadonlyMap<string, Handled> {
    return this.handled.get(queue) ?? new Map<string, Handled>();
  }

  /** How many lines this consumer has written until now. */
  linesOf(consumer: string): number {
    return this.counts.get(`${consumer}.journal`) ?? 0;
  }

  /** Takes in what was written since the last time. */
  read(): void {
    for (const name of readdirSync(this.folder)) if (name.endsWith('.journal')) this.readFile(name);
  }

  private readFile(name: string): void {
    const file = openSync(join(this.folder, name), 'r');
    try {
      const buffer = Buffer.alloc(256 * 1024);
      for (;;) {
        const offset = this.offsets.get(name) ?? 0;
        const length = readSync(file, buffer, 0, buffer.length, offset);
        if (length === 0) return;
        this.offsets.set(name, offset + length);
        const lines = ((this.rests.get(name) ?? '') + buffer.toString('latin1', 0, length)).split('\n');
        this.rests.set(name, lines.pop() ?? '');
        for (const line of lines) this.take(line);
        this.counts.set(name, (this.counts.get(name) ?? 0) + lines.length);
      }
    } finally {
      closeSync(file);
    }
  }

  private take(line: string): void {
    const [ms, queue, id, tried] = line.split(' ');
    if (ms === undefined || queue === undefined || id === undefined) return;
    let ofQueue = this.handled.get(queue);
    if (ofQueue === undefined) this.handled.set(queue, (ofQueue = new Map<string, Handled>()));
    let handled = ofQueue.get(id);
    if (handled === undefined) ofQueue.set(id, (handled = { times: 0, repeats: 0, tries: [], firstMs: Number(ms) }));
    handled.times += 1;
    if (tried === undefined) return;
    if (handled.tries.includes(tried)) handled.repeats += 1;
    else handled.tries.push(tried);
  }
}
