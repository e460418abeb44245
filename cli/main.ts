/** `model-events`: finds the command, runs it, and turns what it says into an exit code. */
import { ConfigurationError } from '../config/read-environment';
import { withoutUnseen } from '../contract/unseen';
import { troubleOf } from './aws-trouble';
import { CommandError, type ExitCode, UsageError } from './command';
import { commands } from './commands';
import { showCommandHelp, showProgramHelp } from './help';
import { parse } from './invocation';
import { Screen } from './screen';

export function main(words: readonly string[]): void {
  run(words).then(
    (code) => (process.exitCode = code),
    (error: unknown) => (process.exitCode = explain(error)),
  );
}

async function run(words: readonly string[]): Promise<ExitCode> {
  const screen = new Screen();
  const { command, help, invocation } = parse(words, commands, screen);
  if (command === undefined) {
    showProgramHelp(screen, commands);
    return help ? 0 : 2;
  }
  if (help) {
    showCommandHelp(screen, command);
    return 0;
  }
  return command.run(invocation);
}

/** Says on stderr what went wrong, for the person who has to do something about it. */
function explain(error: unknown): ExitCode {
  if (error instanceof UsageError) {
    say(`model-events: ${error.message}\nnpx model-events --help shows how it is called.`);
    return 2;
  }
  if (error instanceof ConfigurationError) {
    say(error.message);
    return 2;
  }
  if (error instanceof CommandError) {
    say(`model-events: ${error.message}`);
    return 1;
  }
  if (process.env['MODEL_EVENTS_DEBUG'] !== undefined) console.error(error);
  const { found, remedy } = troubleOf(error);
  say(`model-events: ${found}. ${remedy}`);
  return 1;
}

/** Words of somebody else may be in it, an argument's or a service's: nothing that a terminal acts on but line breaks. */
function say(text: string): void {
  console.error(withoutUnseen(text, '\n'));
}
