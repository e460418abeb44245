/** Parses a command's arguments into its invocation. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '../config/environment';
import { type Command, type CommandOption, type Invocation, UsageError } from './command';
import { sharedOptions } from './help';
import { Screen } from './screen';
import { unknownOption } from './selection';
import type { ProcessContext } from './process-context';
import { Account } from './account';

type Values = Readonly<Record<string, string | boolean | undefined>>;

/**
 * @param args the arguments without the command's name
 * @throws UsageError that names the invalid word and the available ones
 */
export function parse(args: readonly string[], command: Command, processContext: ProcessContext): Invocation {
  const { values, positionals } = parsed(args, { ...command.options, ...sharedOptions });
  const { name, argument } = command;
  const stray = argument?.several === true ? undefined : positionals[argument === undefined ? 0 : 1];
  if (stray !== undefined)
    throw new UsageError(
      `${name} takes ${argument === undefined ? 'only options' : `one ${argument.placeholder}`}; remove "${stray}"`,
    );
  if (values['local'] === true && values['environment'] !== undefined)
    throw new UsageError(
      `--local and -e ${String(values['environment'])} exclude each other: --local is \`make local\` on this machine, -e a deployed environment`,
    );
  return invocationOf(values, processContext, positionals, command);
}

function parsed(args: readonly string[], options: Readonly<Record<string, CommandOption>>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // The first sentence of Node's message names the option; the others address the program's author.
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    const unknown = /^Unknown option '([^']+)'/.exec(message)?.[1];
    throw new UsageError(unknown === undefined ? message : unknownOption(unknown, options));
  }
}

function invocationOf(
  values: Values,
  processContext: ProcessContext,
  words: readonly string[],
  command: Command,
): Invocation {
  const [word] = words;
  const text = (option: string): string | undefined => {
    const value = values[option];
    return typeof value === 'string' ? value : undefined;
  };
  const requiredText = (option: string): string => {
    const value = text(option);
    if (value === undefined || value === '') throw new UsageError(`--${option} is required`);
    return value;
  };
  const configDirectory = resolve(text('config') ?? join(processContext.root, 'config'));
  const name = text('environment') ?? processContext.environment['MODEL_EVENTS_ENVIRONMENT'] ?? '';
  const environmentName = (): string => {
    if (name !== '') return name;
    const local = 'local' in command.options ? ', or --local for `make local` on this machine' : '';
    throw new UsageError(`No environment given. Use -e development${local}`);
  };
  return {
    processContext,
    screen: new Screen(processContext.stdout, processContext.environment, processContext.stderr),
    json: values['json'] === true,
    configDirectory,
    get environmentName() {
      return environmentName();
    },
    hasEnvironment: name !== '',
    environment: async () => {
      const known = environmentName();
      // Only commands that read a configuration load zod.
      const { readEnvironment } = await import('../config/read-environment');
      return readEnvironment(known, configDirectory, '-e ');
    },
    account: (environment) => new Account({ profile: text('profile'), region: regionFor(text('region'), environment) }),
    text,
    requiredText,
    flag: (option) => values[option] === true,
    word,
    words,
    requiredWord: () => {
      if (word === undefined || word === '')
        throw new UsageError(`${command.name} requires ${command.argument?.placeholder ?? ''}`);
      return word;
    },
  };
}

function regionFor(region: string | undefined, environment: Environment | undefined): string | undefined {
  if (environment === undefined || region === undefined || region === environment.region)
    return environment?.region ?? region;
  throw new UsageError(
    `${environment.environment} is in ${environment.region}, not in ${region}: omit --region, or use another environment`,
  );
}
