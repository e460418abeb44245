/** An interactive shell on a pseudo-terminal that runs the blocks of a page one after the other. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OwnedProcesses } from '../../dev/local/owned-processes';

/** What the shell prints before it reads the next command, with the exit status of the last one. */
const prompt = /<ready (\d+)>\n/;

export class Terminal {
  private currentOutput = '';
  private readonly listeners = new Set<() => void>();
  private readonly ended: Promise<unknown>;

  private constructor(
    private readonly shell: ChildProcessWithoutNullStreams,
    private readonly blockFile: string,
    private readonly owned: OwnedProcesses,
  ) {
    this.ended = once(shell, 'close');
    shell.stdout.on('data', (part: Buffer) => {
      this.currentOutput += part.toString().replaceAll('\r\n', '\n');
      for (const listener of [...this.listeners]) listener();
    });
  }

  /** @param env the complete environment of the shell */
  static async open(cwd: string, env: Readonly<Record<string, string>>): Promise<Terminal> {
    const folder = mkdtempSync(join(tmpdir(), 'model-events-terminal-'));
    // When the test run is killed, this kills `script`; the kernel then hangs up the terminal, which ends `make local` in it.
    const owned = new OwnedProcesses(folder);
    const shell = spawn('script', ['-qefc', 'bash --noprofile --norc --noediting', '/dev/null'], {
      cwd,
      env: { ...env, SHELL: '/bin/bash', TERM: 'dumb', NO_COLOR: '1', PROMPT_COMMAND: 'echo "<ready $?>"' },
      stdio: 'pipe',
    });
    if (shell.pid !== undefined) owned.hold(shell.pid);
    const terminal = new Terminal(shell, join(folder, 'block'), owned);
    shell.stdin.write('stty -echo; PS1= PS2=\n');
    await terminal.until((output) => output.split(prompt).length >= 5);
    return terminal;
  }

  /**
   * Runs a block and returns its output when its last command has ended.
   * @param complete for a block that does not end by itself: sends Ctrl-C as soon as this holds for the output
   * @throws Error with the output, when a command fails or ends before `complete` holds
   */
  async run(block: string, complete?: (output: string) => boolean): Promise<string> {
    this.type(block);
    if (complete !== undefined) {
      await this.until((output) => complete(output) || prompt.test(output));
      if (!complete(this.output))
        throw new Error(`The block ended before its output was complete:\n${block}\n${this.output}`);
      this.shell.stdin.write('\u0003');
    }
    await this.until((output) => prompt.test(output));
    const [output = '', status] = this.output.split(prompt);
    const interrupted = complete !== undefined && status === '130';
    if (status !== '0' && !interrupted)
      throw new Error(`The block ended with ${status ?? 'no status'}:\n${block}\n${output}`);
    return output;
  }

  /** Runs a block that goes on until the terminal is closed; resolves when its output matches. */
  async keepRunning(block: string, pattern: RegExp): Promise<void> {
    this.type(block);
    await this.until((output) => pattern.test(output) || prompt.test(output));
    if (prompt.test(this.output)) throw new Error(`The block ended:\n${block}\n${this.output}`);
  }

  /** The output since the start of the last block. */
  get output(): string {
    return this.currentOutput;
  }

  /** Sends Ctrl-C and ends the shell. */
  async close(): Promise<void> {
    if (this.shell.exitCode === null) {
      this.shell.stdin.write('\u0003');
      await this.until((output) => prompt.test(output));
      this.shell.stdin.end('exit\n');
      await this.ended;
    }
    if (this.shell.pid !== undefined) this.owned.forget(this.shell.pid);
    await this.owned.release();
  }

  /** Sources the block from a file, so that the shell reads all of it at once and the first command that fails ends it. */
  private type(block: string): void {
    writeFileSync(this.blockFile, `trap 'status=$?; trap - ERR; return $status' ERR\n${block}\ntrap - ERR\n`);
    this.currentOutput = '';
    this.shell.stdin.write(`source '${this.blockFile}'\n`);
  }

  private async until(condition: (output: string) => boolean): Promise<void> {
    const met = new Promise<void>((resolve) => {
      const check = (): void => {
        if (!condition(this.output)) return;
        this.listeners.delete(check);
        resolve();
      };
      this.listeners.add(check);
      check();
    });
    const ended = this.ended.then(() => Promise.reject(new Error(`The shell ended:\n${this.output}`)));
    ended.catch(() => undefined);
    await Promise.race([met, ended]);
  }
}
