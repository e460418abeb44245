/** Confirmation before a change. */
import { createInterface } from 'node:readline/promises';
import { type CommandOption, type Invocation, UsageError } from './command';

/** Options of every command that changes something. */
export const changeOptions = {
  'dry-run': { type: 'boolean', help: 'print what would be done, and change nothing' },
  yes: { type: 'boolean', help: 'skip the confirmation' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/**
 * @param question names the change and its count
 * @throws UsageError without a terminal and `--yes`
 */
export async function confirmed(invocation: Invocation, question: string): Promise<boolean> {
  if (invocation.flag('yes')) return true;
  const { stdin, stderr } = invocation.processContext;
  if (stdin.isTTY !== true) throw new UsageError(`${question} stdin is not a terminal: use --yes or --dry-run`);
  // On stderr: stdout is for results.
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
