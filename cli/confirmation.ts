/** Asking before something is changed. */
import { createInterface } from 'node:readline/promises';
import { type CommandOption, type Invocation, UsageError } from './command';

/** Of every command that changes something. */
export const changeOptions = {
  'dry-run': { type: 'boolean', help: 'say what would be done, and do nothing' },
  yes: { type: 'boolean', help: 'do not ask' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/**
 * @param question what is about to be done, with the count.
 * @throws UsageError where nobody can be asked: without a terminal it takes `--yes`
 */
export async function confirmed(invocation: Invocation, question: string): Promise<boolean> {
  if (invocation.flag('yes')) return true;
  const { stdin, stderr } = invocation.processContext;
  if (stdin.isTTY !== true) throw new UsageError(`${question} There is no terminal to ask on: say --yes, or --dry-run`);
  // On stderr: stdout is for what was done.
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
