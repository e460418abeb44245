/** How far long work is: one line on stderr that is written over, where stderr is a terminal. */
export class Progress {
  private shown = false;

  constructor(
    private readonly doing: string,
    private readonly total: number,
  ) {}

  at(done: number): void {
    if (!process.stderr.isTTY) return;
    this.shown = true;
    process.stderr.write(`\r${this.doing}: ${done} of ${this.total}`);
  }

  end(): void {
    if (this.shown) process.stderr.write('\n');
  }
}
