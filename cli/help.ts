/** The texts of `--help`. */
import type { Command, CommandArgument, CommandOption } from './command';
import type { Screen } from './screen';

/** Options that every command has. */
export const sharedOptions: Readonly<Record<string, CommandOption>> = {
  environment: {
    type: 'string',
    short: 'e',
    placeholder: 'NAME',
    help: 'environment: config/NAME.json (or MODEL_EVENTS_ENVIRONMENT)',
  },
  profile: { type: 'string', placeholder: 'NAME', help: 'AWS profile (or AWS_PROFILE)' },
  region: { type: 'string', placeholder: 'REGION', help: "AWS region; default: the environment's region" },
  config: {
    type: 'string',
    placeholder: 'FOLDER',
    help: "folder with the environments' files; default: this repository's config/",
  },
  json: { type: 'boolean', help: 'print JSON: one document, or one line per entry' },
  help: { type: 'boolean', short: 'h', help: 'print this help' },
};

const exitCodes =
  'Exit codes: 0 success; 1 a check failed or AWS refused a call; 2 invalid usage or configuration; 130 Ctrl-C at a prompt.';

/** What an operator types first. */
const firstCommands: Command['examples'] = [
  ['model-events health -e development', 'the first command in an incident'],
  ['model-events depths --local', 'the queues of `make local`'],
  ['model-events help dlq redrive', 'one command, with examples'],
];

/** @param group the first word of the listed commands, as in `dlq`; empty: all commands */
export function showProgramHelp(screen: Screen, commands: readonly Command[], group = ''): void {
  const listed = group === '' ? commands : commands.filter(({ name }) => name.startsWith(`${group} `));
  if (group === '')
    screen.text('model-events: operate the pipeline from the registry’s events to the services’ queues\n');
  screen.line(`usage: npx model-events ${group === '' ? '' : `${group} `}COMMAND [options]\n`);
  screen.list(listed.map(({ name, summary }) => [name, summary]));
  if (group === '') examples(screen, firstCommands);
  screen.text('\nnpx model-events COMMAND --help describes one command. Options stand before or after the command.');
  screen.text(exitCodes);
}

export function showCommandHelp(screen: Screen, command: Command): void {
  const own = Object.entries(command.options);
  const { argument } = command;
  const word = argument === undefined ? [] : [argumentOf(argument)];
  screen.list(
    [['usage: npx', ['model-events', command.name, ...word, ...own.map(usageOf), '[options]'].join(' ')]],
    '',
  );
  screen.text(`\n${command.summary}.\n`);
  for (const paragraph of command.details.split('\n\n')) screen.text(`${paragraph}\n`);
  screen.line('options');
  screen.list([
    ...(argument === undefined ? [] : [[argument.placeholder, argument.help] as const]),
    ...[...own, ...Object.entries(sharedOptions)].map(
      ([name, option]) => [signature(name, option), option.help] as const,
    ),
  ]);
  examples(screen, command.examples);
  screen.text(`\n${exitCodes}`);
}

/** Each command on its own line, below its purpose as a comment: both can be pasted into a shell. */
function examples(screen: Screen, all: Command['examples']): void {
  screen.line('\nexamples');
  for (const [example, purpose] of all) screen.line(`  # ${purpose}\n  npx ${example}`);
}

function argumentOf({ placeholder, required, several }: CommandArgument): string {
  const all = several === true ? `${placeholder}...` : placeholder;
  return required ? all : `[${all}]`;
}

function usageOf([name, { placeholder }]: [string, CommandOption]): string {
  return `[--${name}${placeholder === undefined ? '' : ` ${placeholder}`}]`;
}

function signature(name: string, option: CommandOption): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  return `${short}--${name}${option.placeholder === undefined ? '' : ` ${option.placeholder}`}`;
}
