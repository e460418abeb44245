/** `model-events`: finds the command, runs it, and turns an error into an exit code. */
import { inspect } from 'node:util';
import { ConfigurationError } from '../config/configuration-error';
import { escapeInvisible } from '../contract/invisible-characters';
import { explainAwsError } from './aws-error';
import { CommandError, type ExitCode, InterruptedError, UsageError } from './command';
import { commands } from './commands';
import { showCommandHelp, showProgramHelp } from './help';
import { parse } from './invocation';
import { ofThisProcess, type ProcessContext } from './process-context';

/** Runs the program as this process, for the package in `root`. */
export async function main(root: string): Promise<void> {
  process.exitCode = await run(process.argv.slice(2), ofThisProcess(root));
}

/** Runs the program; it writes only to the streams of `processContext`. */
export async function run(words: readonly string[], processContext: ProcessContext): Promise<ExitCode> {
  try {
    const { command, help, invocation } = parse(words, commands, processContext);
    const { screen } = invocation;
    if (help || command?.changes !== true) processContext.endWithOutput?.();
    if (command === undefined) {
      showProgramHelp(screen, commands);
      return help ? 0 : 2;
    }
    if (help) {
      showCommandHelp(screen, command);
      return 0;
    }
    const code = await command.run(invocation);
    if (processContext.stdout.isClosed === true) {
      processContext.stderr.write(
        `${command.name} ran to its end, with exit code ${code}, after its output was closed.\n`,
      );
    }
    return code;
  } catch (error) {
    return explain(error, processContext);
  }
}

/** Prints the error on stderr with what to do about it. */
function explain(error: unknown, { stderr, environment }: ProcessContext): ExitCode {
  // The text may quote arguments or a service's message: it must not contain control sequences.
  const print = (text: string): unknown => stderr.write(`${escapeInvisible(text, '\n')}\n`);
  if (error instanceof InterruptedError) return 130;
  if (error instanceof UsageError) {
    print(`model-events: ${error.message}\nRun npx model-events --help for usage.`);
    return 2;
  }
  if (error instanceof ConfigurationError) {
    print(error.message);
    return 2;
  }
  if (error instanceof CommandError) {
    print(`model-events: ${error.message}`);
    return 1;
  }
  if (environment['MODEL_EVENTS_DEBUG'] !== undefined) stderr.write(`${inspect(error)}\n`);
  const { found, remedy } = explainAwsError(error);
  print(`model-events: ${found}. ${remedy}`);
  return 1;
}
