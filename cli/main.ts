/** `model-events`: finds the command, runs it, and turns an error into an exit code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ConfigurationError } from '../config/configuration-error';
import { escapeInvisible } from '../contract/invisible-characters';
import { explainAwsError } from './aws-error';
import { CommandError, type ExitCode, InterruptedError, UsageError } from './command';
import { commands } from './commands';
import { showCommandHelp, showProgramHelp } from './help';
import { parse } from './invocation';
import { ofThisProcess, type ProcessContext } from './process-context';
import { Screen } from './screen';
import { select } from './selection';

/** Runs the program as this process, for the package in `root`. */
export async function main(root: string): Promise<void> {
  process.exitCode = await run(process.argv.slice(2), ofThisProcess(root));
}

/** Runs the program; it writes only to the streams of `processContext`. */
export async function run(words: readonly string[], processContext: ProcessContext): Promise<ExitCode> {
  let name = '';
  let profile = processContext.environment['AWS_PROFILE'];
  try {
    const { command, group, help, version, args } = select(words, commands);
    if (help || version || command?.changes !== true) processContext.endWithOutput?.();
    const screen = new Screen(processContext.stdout, processContext.environment);
    if (command === undefined && version) {
      screen.line(`model-events ${versionIn(processContext.root)}`);
      return 0;
    }
    if (command === undefined) {
      showProgramHelp(screen, commands, group);
      return help ? 0 : 2;
    }
    name = `${command.name} `;
    if (help) {
      showCommandHelp(screen, command);
      return 0;
    }
    const invocation = parse(args, command, processContext);
    profile = invocation.text('profile') ?? profile;
    const code = await command.run(invocation);
    if (processContext.stdout.isClosed === true) {
      processContext.stderr.write(
        `${command.name} ran to its end, with exit code ${code}, after its output was closed.\n`,
      );
    }
    return code;
  } catch (error) {
    return explain(error, processContext, name, profile);
  }
}

function versionIn(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }).version;
}

/** Prints the error on stderr with what to do about it. @param command its name and a space; empty for the program */
function explain(
  error: unknown,
  { stderr, environment }: ProcessContext,
  command: string,
  profile: string | undefined,
): ExitCode {
  // The text may quote arguments or a service's message: it must not contain control sequences.
  const print = (text: string): unknown => stderr.write(`${escapeInvisible(text, '\n')}\n`);
  if (error instanceof InterruptedError) return 130;
  if (error instanceof UsageError) {
    print(`model-events: ${error.message}\nRun npx model-events ${command}--help for usage.`);
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
  const { found, remedy } = explainAwsError(error, { ...environment, AWS_PROFILE: profile });
  print(`model-events: ${found}. ${remedy}`);
  return 1;
}
