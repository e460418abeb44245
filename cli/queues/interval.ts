/** How often a command that repeats asks again. */
import { type CommandOption, type Invocation, UsageError } from '../command';

/** @param flag the option that makes the command repeat, as in `--watch` */
export const intervalOption = (flag: string): Readonly<Record<'interval', CommandOption>> => ({
  interval: { type: 'string', placeholder: 'SECONDS', help: `with ${flag}: how often; default 2` },
});

/** @throws UsageError */
export function intervalMsOf(invocation: Invocation): number {
  const text = invocation.text('interval') ?? '2';
  const seconds = Number(text);
  if (seconds >= 0.5 && seconds <= 3600) return 1000 * seconds;
  throw new UsageError(`--interval must be a number of seconds from 0.5 to 3600, got "${text}"`);
}
