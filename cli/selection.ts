/** Finds the command in the words of the command line: options may stand before, between and after its words. */
import { parseArgs } from 'node:util';
import { type Command, type CommandOption, UsageError } from './command';
import { sharedOptions } from './help';
import { suggestion } from './suggestion';

export interface Selection {
  /** Undefined for a group (`dlq`) and for the program. */
  readonly command: Command | undefined;
  /** The first words of the commands that are meant: `dlq`; empty for the program. */
  readonly group: string;
  /** `help` or `--help`. */
  readonly help: boolean;
  readonly version: boolean;
  /** The arguments without the words that name the command. */
  readonly args: readonly string[];
}

/** @throws UsageError that names the unknown word or option and the available ones */
export function select(args: readonly string[], commands: readonly Command[]): Selection {
  // Each option has one type in all commands, so that the words are found before the command is known.
  const options = Object.assign({}, ...commands.map((each) => each.options), sharedOptions, {
    version: { type: 'boolean' },
  }) as Readonly<Record<string, CommandOption>>;
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const positionals = tokens.filter((token) => token.kind === 'positional');
  const isHelp = positionals[0]?.value === 'help';
  const named = isHelp ? positionals.slice(1) : positionals;
  const words = named.map(({ value }) => value);
  const command = commands.find(({ name }) => name.split(' ').every((part, at) => words[at] === part));
  const group = commands.some(({ name }) => name.startsWith(`${words[0] ?? ''} `)) ? (words[0] ?? '') : '';
  const used = command?.name.split(' ').length ?? (group === '' ? 0 : 1);
  const taken = new Set(
    [...(isHelp ? positionals.slice(0, 1) : []), ...named.slice(0, used)].map(({ index }) => index),
  );
  const has = (option: string): boolean => tokens.some((token) => token.kind === 'option' && token.name === option);
  const selection = {
    command,
    group,
    help: isHelp || has('help'),
    version: has('version'),
    args: args.filter((_, index) => !taken.has(index)),
  };
  if (command !== undefined) return selection;
  const unknown = tokens.find((token) => token.kind === 'option' && !Object.hasOwn(options, token.name));
  if (unknown?.kind === 'option') throw new UsageError(unknownOption(unknown.rawName, options));
  const stray = words[used];
  if (stray !== undefined || (group !== '' && !selection.help))
    throw new UsageError(unknownCommand(words, group, commands));
  return selection;
}

/** @param rawName as it was typed, with its hyphens */
export function unknownOption(rawName: string, options: Readonly<Record<string, unknown>>): string {
  const hint = suggestion(rawName.replace(/^-+/, ''), Object.keys(options), '--');
  return `Unknown option '${rawName}'${hint === '' ? '' : `.${hint}`}`;
}

function unknownCommand(words: readonly string[], group: string, commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name);
  const available = group === '' ? names : names.filter((name) => name.startsWith(`${group} `));
  const unknown = words.slice(0, group === '' ? 1 : 2).join(' ');
  return `Unknown command "${unknown}".${suggestion(unknown, available)} Available commands: ${available.join(', ')}`;
}
