/** From the words on the command line to a command and what it gets. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '../config/environment';
import { type Command, type Invocation, UsageError } from './command';
import { sharedOptions } from './help';
import { Screen } from './screen';
import type { ProcessContext } from './process-context';
import { Account } from './account';

export interface Parsed {
  /** Undefined where no command was named. */
  readonly command: Command | undefined;
  readonly help: boolean;
  readonly invocation: Invocation;
}

/** @throws UsageError naming the word that is wrong, and what there is */
export function parse(words: readonly string[], commands: readonly Command[], processContext: ProcessContext): Parsed {
  const command = commands.find(({ name }) => name.split(' ').every((part, index) => words[index] === part));
  const named = command === undefined ? 0 : command.name.split(' ').length;
  const { values, positionals } = parsed(words.slice(named), { ...command?.options, ...sharedOptions });
  const [word, stray] = command?.argument === undefined ? [undefined, ...positionals] : positionals;
  if (stray !== undefined) throw new UsageError(strayWord(stray, positionals, command, commands));
  return { command, help: values['help'] === true, invocation: invocationOf(values, processContext, word, command) };
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parsed(args: readonly string[], options: Readonly<Record<string, { type: 'string' | 'boolean' }>>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node's own sentences name the option; what follows them is about writing programs.
    throw new UsageError((error instanceof Error ? error.message : String(error)).split('. ')[0] ?? '');
  }
}

function strayWord(
  stray: string,
  words: readonly string[],
  command: Command | undefined,
  commands: readonly Command[],
): string {
  if (command?.argument !== undefined)
    return `${command.name} takes one ${command.argument.placeholder}, not "${stray}" too`;
  if (command !== undefined) return `${command.name} takes options only, not "${stray}"`;
  const group = commands.filter(({ name }) => name.startsWith(`${stray} `)).map(({ name }) => name);
  if (group.length > 0)
    return `Unknown command "${words.slice(0, 2).join(' ')}". Available commands: ${group.join(', ')}`;
  return `Unknown command "${stray}". Available commands: ${commands.map(({ name }) => name).join(', ')}`;
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
    if (value === undefined || value === '') throw new UsageError(`--${option} is needed`);
    return value;
  };
  const configDirectory = resolve(text('config') ?? join(processContext.root, 'config'));
  const given = text('environment') ?? processContext.environment['MODEL_EVENTS_ENVIRONMENT'] ?? '';
  const environmentName = (): string => {
    if (given === '') throw new UsageError('No environment given. Use -e development');
    return given;
  };
  return {
    processContext,
    screen: new Screen(processContext.stdout, processContext.environment),
    json: values['json'] === true,
    configDirectory,
    get environmentName() {
      return environmentName();
    },
    hasEnvironment: given !== '',
    environment: async () => {
      const name = environmentName();
      // Only commands that read a configuration load zod.
      const { readEnvironment } = await import('../config/read-environment');
      return readEnvironment(name, configDirectory);
    },
    account: (environment) => new Account({ profile: text('profile'), region: regionFor(text('region'), environment) }),
    text,
    requiredText,
    flag: (option) => values[option] === true,
    word,
    requiredWord: () => {
      if (word === undefined || word === '')
        throw new UsageError(`${command?.name ?? ''} needs its ${command?.argument?.placeholder ?? ''}`);
      return word;
    },
  };
}

function regionFor(asked: string | undefined, environment: Environment | undefined): string | undefined {
  if (environment === undefined || asked === undefined || asked === environment.region)
    return environment?.region ?? asked;
  throw new UsageError(
    `${environment.environment} lives in ${environment.region}, not in ${asked}: leave --region out, or choose another environment`,
  );
}
