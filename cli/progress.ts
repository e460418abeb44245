/** Progress of long work: one line on stderr that is overwritten, if stderr is a terminal. */
import type { Output } from './process-context';

export class Progress {
  private isPrinted = false;

  constructor(
    private readonly stream: Output,
    private readonly label: string,
    private readonly total: number,
  ) {}

  at(done: number): void {
    if (!this.stream.isTTY) return;
    this.isPrinted = true;
    this.stream.write(`\r${this.label}: ${done} of ${this.total}`);
  }

  end(): void {
    if (this.isPrinted) this.stream.write('\n');
  }
}
