/** Ties processes and a folder to the life of this process, however it ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';

/**
 * A shell that reads lines of process ids; the last line counts. When its input ends, which the kernel sees to when this
 * process dies, even by SIGKILL, it kills those processes and removes the folder. No signal handler here could do that.
 */
const keeper = [
  `trap '' INT TERM HUP`,
  'held=',
  'while read -r line; do held=$line; done',
  '[ -z "$held" ] || kill -9 $held 2>/dev/null',
  'rm -rf -- "$0"',
].join('\n');

/** From now on this process may end although the child runs, and although its pipes are open. */
export function unrefProcess(child: ChildProcess): void {
  for (const handle of handlesOf(child)) handle.unref();
}

/** The other way round: this process stays until the child, and all that it wrote, has come to its end. */
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
    // Its own session: Ctrl-C goes to the foreground group, and the one who cleans up must outlive it.
    this.#shell = spawn('/bin/sh', ['-c', keeper, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    unrefProcess(this.#shell);
  }

  /** From now on the process dies with this one. */
  hold(pid: number): void {
    this.#held.add(pid);
    this.#tell();
  }

  /** The process has ended: its id may soon belong to somebody else. */
  forget(pid: number): void {
    this.#held.delete(pid);
    this.#tell();
  }

  /** Kills what is still held, removes the folder, and resolves when that is done. */
  async release(): Promise<void> {
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
    const ended = once(this.#shell, 'exit');
    refProcess(this.#shell);
    this.#shell.stdin?.end();
    await ended;
  }

  #tell(): void {
    if (this.#shell.stdin?.writable === true) this.#shell.stdin.write(`${[...this.#held].join(' ')}\n`);
  }
}
