/** Ties processes and a folder to the life of this process, however it ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';

/**
 * A shell that reads lines of process ids and keeps the last line. The kernel closes its input when this process ends, even
 * by SIGKILL, which no signal handler can catch; the shell then kills those processes and removes the folder.
 */
const keeper = [
  `trap '' INT TERM HUP`,
  'held=',
  'while read -r line; do held=$line; done',
  '[ -z "$held" ] || kill -9 $held 2>/dev/null',
  'rm -rf -- "$0"',
].join('\n');

/** Lets this process end although the child runs and its pipes are open. */
export function unrefProcess(child: ChildProcess): void {
  for (const handle of handlesOf(child)) handle.unref();
}

/** Keeps this process running until the child has ended and its output is read. */
export function refProcess(child: ChildProcess): void {
  for (const handle of handlesOf(child)) handle.ref();
}

function handlesOf(child: ChildProcess): { ref(): void; unref(): void }[] {
  const pipes = [child.stdin, child.stdout, child.stderr];
  return [child, ...pipes.filter((pipe) => pipe instanceof Socket)];
}

export class OwnedProcesses {
  readonly #shell: ChildProcess;
  readonly #held = new Set<number>();

  /** @param folder removed with everything in it at the end */
  constructor(folder: string) {
    // Its own session: Ctrl-C ends the foreground process group, and the shell must outlive it.
    this.#shell = spawn('/bin/sh', ['-c', keeper, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    unrefProcess(this.#shell);
  }

  /** Kills the process when this one ends. */
  hold(pid: number): void {
    this.#held.add(pid);
    this.#sendIds();
  }

  /** Must be called when the process has ended: another process may get its id. */
  forget(pid: number): void {
    this.#held.delete(pid);
    this.#sendIds();
  }

  /** Kills the held processes, removes the folder, and resolves when both are done. */
  async release(): Promise<void> {
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
    const ended = once(this.#shell, 'exit');
    refProcess(this.#shell);
    this.#shell.stdin?.end();
    await ended;
  }

  #sendIds(): void {
    if (this.#shell.stdin?.writable === true) this.#shell.stdin.write(`${[...this.#held].join(' ')}\n`);
  }
}
