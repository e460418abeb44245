/** stdout of this process, whose reader may end before the command, as in `… | head`. */

/** Where text goes: a stream, which knows its width only where it is a terminal. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** True when the reader has ended, as in `… | head`, or when no more can be written, as on a full disk. */
  readonly isClosed?: boolean | undefined;
}

/** Drops what nobody reads any more. */
export class StandardOutput implements Output {
  isClosed = false;
  private onClose: () => void = () => undefined;

  /** @param onFailure called with an error that is not a closed pipe */
  constructor(
    private readonly stream: NodeJS.WriteStream,
    onFailure: (error: Error) => void,
  ) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.isClosed = true;
      if (error.code !== 'EPIPE') onFailure(error);
      this.onClose();
    });
  }

  get isTTY(): boolean {
    return this.stream.isTTY;
  }

  get columns(): number {
    return this.stream.columns;
  }

  write(text: string): void {
    if (!this.isClosed) this.stream.write(text);
  }

  /** Calls `onClose` when the reader ends. */
  whenClosed(onClose: () => void): void {
    this.onClose = onClose;
  }
}
