/** Parses the command line into a command and its invocation. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '../config/environment';
import { type Command, type Invocation, UsageError } from './command';
import { sharedOptions } from './help';
import { Screen } from './screen';
import { suggestion } from './suggestion';
import type { ProcessContext } from './process-context';
import { Account } from './account';

export interface Parsed {
  /** Undefined if no command was named. */
  readonly command: Command | undefined;
  readonly help: boolean;
  readonly invocation: Invocation;
}

/** @throws UsageError that names the invalid word and the available ones */
export function parse(words: readonly string[], commands: readonly Command[], processContext: ProcessContext): Parsed {
  const command = commands.find(({ name }) => name.split(' ').every((part, index) => words[index] === part));
  const nameLength = command === undefined ? 0 : command.name.split(' ').length;
  const { values, positionals } = parsed(words.slice(nameLength), { ...command?.options, ...sharedOptions });
  const [word, stray] = command?.argument === undefined ? [undefined, ...positionals] : positionals;
  if (stray !== undefined) throw new UsageError(strayWord(stray, positionals, command, commands));
  return { command, help: values['help'] === true, invocation: invocationOf(values, processContext, word, command) };
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parsed(args: readonly string[], options: Readonly<Record<string, { type: 'string' | 'boolean' }>>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // The first sentence of Node's message names the option; the others address the program's author.
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    const unknown = /^Unknown option '--([^']+)'/.exec(message)?.[1];
    const hint = unknown === undefined ? '' : suggestion(unknown, Object.keys(options), '--');
    throw new UsageError(hint === '' ? message : `${message}.${hint}`);
  }
}

function strayWord(
  stray: string,
  words: readonly string[],
  command: Command | undefined,
  commands: readonly Command[],
): string {
  if (command?.argument !== undefined)
    return `${command.name} takes one ${command.argument.placeholder}; remove "${stray}"`;
  if (command !== undefined) return `${command.name} takes only options; remove "${stray}"`;
  const names = commands.map(({ name }) => name);
  const group = names.filter((name) => name.startsWith(`${stray} `));
  const unknown = group.length > 0 ? words.slice(0, 2).join(' ') : stray;
  const available = group.length > 0 ? group : names;
  return `Unknown command "${unknown}".${suggestion(unknown, available)} Available commands: ${available.join(', ')}`;
}

function invocationOf(
  values: Values,
  processContext: ProcessContext,
  word: string | undefined,
  command: Command | undefined,
): Invocation {
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
    if (name === '') throw new UsageError('No environment given. Use -e development');
    return name;
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
      return readEnvironment(known, configDirectory);
    },
    account: (environment) => new Account({ profile: text('profile'), region: regionFor(text('region'), environment) }),
    text,
    requiredText,
    flag: (option) => values[option] === true,
    word,
    requiredWord: () => {
      if (word === undefined || word === '')
        throw new UsageError(`${command?.name ?? ''} requires ${command?.argument?.placeholder ?? ''}`);
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
