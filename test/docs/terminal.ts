/** A terminal with a shell in it, in which blocks are typed one after the other. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the shell writes when it waits for the next command, with the status of the last. */
const prompt = /<ready (\d+)>\n/;

export class Terminal {
  private output = '';
  private readonly listeners = new Set<() => void>();
  private readonly ended: Promise<unknown>;

  private constructor(
    private readonly shell: ChildProcessWithoutNullStreams,
    private readonly blockFile: string,
  ) {
    this.ended = once(shell, 'close');
    shell.stdout.on('data', (part: Buffer) => {
      this.output += part.toString().replaceAll('\r\n', '\n');
      for (const listener of [...this.listeners]) listener();
    });
  }

  /** @param env all that the shell knows of its processContext; `HOME` is there */
  static async open(cwd: string, env: Readonly<Record<string, string>>): Promise<Terminal> {
    const shell = spawn('script', ['-qefc', 'bash --noprofile --norc --noediting', '/dev/null'], {
      cwd,
      env: { ...env, SHELL: '/bin/bash', TERM: 'dumb', NO_COLOR: '1', PROMPT_COMMAND: 'echo "<ready $?>"' },
      stdio: 'pipe',
    });
    const terminal = new Terminal(shell, join(env['HOME'] ?? cwd, `.block-${shell.pid ?? 0}`));
    shell.stdin.write('stty -echo; PS1= PS2=\n');
    await terminal.until((output) => output.split(prompt).length >= 5);
    return terminal;
  }

  /**
   * Types a block; what it showed, once its last command has ended.
   * @param shown stands for Ctrl-C: typed when the block, which does not end by itself, has shown this
   * @throws Error with all that was shown, where a command fails or ends before it has shown what it should
   */
  async run(block: string, shown?: (output: string) => boolean): Promise<string> {
    this.type(block);
    if (shown !== undefined) {
      await this.until((output) => shown(output) || prompt.test(output));
      if (!shown(this.output))
        throw new Error(`it ended before it had shown what it should:\n${block}\n${this.output}`);
      this.shell.stdin.write('\u0003');
    }
    await this.until((output) => prompt.test(output));
    const [said = '', status] = this.output.split(prompt);
    const interrupted = shown !== undefined && status === '130';
    if (status !== '0' && !interrupted) throw new Error(`it ended with ${status ?? 'nothing'}:\n${block}\n${said}`);
    return said;
  }

  /** Types a block that goes on until the terminal is closed; resolves when it has shown this. */
  async keepRunning(block: string, shown: RegExp): Promise<void> {
    this.type(block);
    await this.until((output) => shown.test(output) || prompt.test(output));
    if (prompt.test(this.output)) throw new Error(`it ended:\n${block}\n${this.output}`);
  }

  /** What was shown since the last block was typed. */
  get shown(): string {
    return this.output;
  }

  /** Ctrl-C and the end of the shell. */
  async close(): Promise<void> {
    if (this.shell.exitCode !== null) return;
    this.shell.stdin.write('\u0003');
    await this.until((output) => prompt.test(output));
    this.shell.stdin.end('exit\n');
    await this.ended;
  }

  /** From a file, so that the block is read as a whole; a command that fails ends it. */
  private type(block: string): void {
    writeFileSync(this.blockFile, `trap 'status=$?; trap - ERR; return $status' ERR\n${block}\ntrap - ERR\n`);
    this.output = '';
    this.shell.stdin.write(`source '${this.blockFile}'\n`);
  }

  private async until(enough: (output: string) => boolean): Promise<void> {
    const there = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!enough(this.output)) return;
        this.listeners.delete(look);
        resolve();
      };
      this.listeners.add(look);
      look();
    });
    const over = this.ended.then(() => Promise.reject(new Error(`the shell ended:\n${this.output}`)));
    over.catch(() => undefined);
    await Promise.race([there, over]);
  }
}
