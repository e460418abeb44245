/** The option `--timeout` of commands that wait for a result. */
import { type CommandOption, type Invocation, UsageError } from './command';

export const timeoutOption = {
  timeout: { type: 'string', placeholder: 'SECONDS', help: 'how long to wait; default 60' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** @throws UsageError */
export function timeoutSecondsOf(invocation: Invocation): number {
  const text = invocation.text('timeout') ?? '60';
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 900) return seconds;
  throw new UsageError(`--timeout must be a whole number of seconds from 1 to 900, got "${text}"`);
}
