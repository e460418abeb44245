/** How far long work is: one line on stderr that is written over, where stderr is a terminal. */
import type { Output } from './process-context';

export class Progress {
  private shown = false;

  constructor(
    private readonly stream: Output,
    private readonly doing: string,
    private readonly total: number,
  ) {}

  at(done: number): void {
    if (!this.stream.isTTY) return;
    this.shown = true;
    this.stream.write(`\r${this.doing}: ${done} of ${this.total}`);
  }

  end(): void {
    if (this.shown) this.stream.write('\n');
  }
}
