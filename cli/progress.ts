/** Progress of long work: one line on stderr that is overwritten, if stderr is a terminal. */
import type { Output } from './process-context';

export class Progress {
  private isPrinted = false;
  private isWaiting = false;

  constructor(
    private readonly stream: Output,
    private readonly label: string,
    private readonly total: number,
  ) {}

  /** @param note why it does not advance; without a terminal the first one is printed too */
  at(done: number, note?: string): void {
    if (!this.stream.isTTY) {
      if (note !== undefined && !this.isWaiting) this.stream.write(`${this.label}: ${note}\n`);
      this.isWaiting = note !== undefined;
      return;
    }
    this.isPrinted = true;
    // Erases what a longer line has left.
    this.stream.write(`\r\x1b[K${this.label}: ${done} of ${this.total}${note === undefined ? '' : `, ${note}`}`);
  }

  end(): void {
    if (this.isPrinted) this.stream.write('\n');
  }
}
