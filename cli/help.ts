/** The texts of `--help`. */
import type { Command, CommandOption } from './command';
import type { Screen } from './screen';

/** Options that every command has. */
export const sharedOptions: Readonly<Record<string, CommandOption & { readonly short?: string }>> = {
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

export function showProgramHelp(screen: Screen, commands: readonly Command[]): void {
  screen.line('model-events: operate the pipeline from the registry’s events to the services’ queues\n');
  screen.line('usage: npx model-events COMMAND [options]\n');
  lines(
    screen,
    commands.map(({ name, summary }) => [name, summary]),
  );
  screen.line('\nexamples');
  lines(
    screen,
    commands.flatMap(({ examples }) => examples.slice(0, 1)),
  );
  screen.line('\nnpx model-events COMMAND --help describes one command.');
  screen.line(exitCodes);
}

export function showCommandHelp(screen: Screen, command: Command): void {
  const own = Object.entries(command.options);
  const { argument } = command;
  const word = argument === undefined ? [] : [argument.required ? argument.placeholder : `[${argument.placeholder}]`];
  screen.line(`usage: npx model-events ${[command.name, ...word, ...own.map(usageOf)].join(' ')} [options]\n`);
  screen.line(`${command.summary}.\n\n${command.details}\n`);
  screen.line('options');
  lines(screen, [
    ...(argument === undefined ? [] : [[argument.placeholder, argument.help] as const]),
    ...[...own, ...Object.entries(sharedOptions)].map(
      ([name, option]) => [signature(name, option), option.help] as const,
    ),
  ]);
  screen.line('\nexamples');
  lines(screen, command.examples);
  screen.line(`\n${exitCodes}`);
}

function usageOf([name, { placeholder }]: [string, CommandOption]): string {
  return `[--${name}${placeholder === undefined ? '' : ` ${placeholder}`}]`;
}

function signature(name: string, option: CommandOption & { readonly short?: string }): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  return `${short}--${name}${option.placeholder === undefined ? '' : ` ${option.placeholder}`}`;
}

function lines(screen: Screen, pairs: readonly (readonly [string, string])[]): void {
  const width = Math.max(...pairs.map(([left]) => left.length));
  for (const [left, right] of pairs) screen.line(`  ${left.padEnd(width)}  ${right}`);
}
