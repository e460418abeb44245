/** Confirmation before a change. */
import { createInterface } from 'node:readline/promises';
import { type CommandOption, InterruptedError, type Invocation, UsageError } from './command';

/** Options of every command that changes something. */
export const changeOptions = {
  'dry-run': { type: 'boolean', help: 'print what would be done, and change nothing' },
  yes: { type: 'boolean', help: 'skip the confirmation' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/**
 * Asks on stderr, and reports there that nothing was changed: stdout is for results.
 * @param question names the change and its count
 * @param skippedBy the option that answers it
 * @throws UsageError without a terminal and that option; InterruptedError for Ctrl-C
 */
export async function confirmed(
  invocation: Invocation,
  question: string,
  skippedBy: 'yes' | 'force' = 'yes',
): Promise<boolean> {
  if (invocation.flag(skippedBy)) return true;
  const { stdin, stderr, signals } = invocation.processContext;
  if (stdin.isTTY !== true)
    throw new UsageError(`${question} stdin is not a terminal: use --${skippedBy} or --dry-run`);
  const terminal = createInterface({ input: stdin, output: stderr });
  const interrupted = new Promise<never>((_, reject) => {
    const onInterrupt = (): void => reject(new InterruptedError());
    // A signal where stderr is no terminal, a key where it is.
    signals.once('SIGINT', onInterrupt);
    terminal.once('SIGINT', onInterrupt).once('close', () => {
      signals.removeListener('SIGINT', onInterrupt);
      onInterrupt();
    });
  });
  interrupted.catch(() => undefined);
  let accepted = false;
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), interrupted]);
    accepted = /^y(es)?$/i.test(answer.trim());
    return accepted;
  } catch (error) {
    // The answer is on the line of the question.
    stderr.write('\n');
    throw error;
  } finally {
    terminal.close();
    if (!accepted) stderr.write('Nothing was changed.\n');
  }
}
