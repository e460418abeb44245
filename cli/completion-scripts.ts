/** Shell completion, from the table of commands. */
import type { Command, CommandOption } from './command';
import { sharedOptions } from './help';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export function completionScript(shell: Shell, commands: readonly Command[]): string {
  if (shell === 'fish') return fishScript(commands);
  const zsh = 'autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n';
  return (shell === 'zsh' ? zsh : '') + bashScript(commands);
}

/** The second words of each first word; none for a command of one word. */
function groupsOf(commands: readonly Command[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { name } of commands) {
    const [first = '', second] = name.split(' ');
    groups.set(first, [...(groups.get(first) ?? []), ...(second === undefined ? [] : [second])]);
  }
  return groups;
}

const allOptions = (options: Command['options']): [string, CommandOption][] =>
  Object.entries({ ...options, ...sharedOptions });

const signatures = ([name, { short }]: [string, CommandOption]): string[] => [
  ...(short === undefined ? [] : [`-${short}`]),
  `--${name}`,
];

function bashScript(commands: readonly Command[]): string {
  const groups = groupsOf(commands);
  const valued = commands.flatMap(({ options }) => allOptions(options).filter(([, { type }]) => type === 'string'));
  // Two words before one: `replay` is a command and the first word of others.
  const byLength = [...commands].sort((a, b) => b.name.split(' ').length - a.name.split(' ').length);
  return `# Completion of model-events.
_model_events() {
  local current=\${COMP_WORDS[COMP_CWORD]} first='' second='' word='' words='' at=1
  while [ "$at" -lt "$COMP_CWORD" ]; do
    word=\${COMP_WORDS[at]}
    case "$word" in
      ${[...new Set(valued.flatMap(signatures))].join('|')}) at=$((at + 1)) ;;
      -*) ;;
      *) if [ -z "$first" ]; then first=$word; elif [ -z "$second" ]; then second=$word; fi ;;
    esac
    at=$((at + 1))
  done
  case "$current" in
    -*) case "$first $second " in
${byLength
  .map(({ name, options }) => `      '${name} '*) words='${allOptions(options).flatMap(signatures).join(' ')}' ;;`)
  .join('\n')}
      *) words='${Object.entries(sharedOptions).flatMap(signatures).join(' ')} --version' ;;
    esac ;;
    *) case "$first|$second" in
      '|') words='${[...groups.keys(), 'help'].join(' ')}' ;;
${[...groups]
  .filter(([, seconds]) => seconds.length > 0)
  .map(([first, seconds]) => `      '${first}|') words='${seconds.join(' ')}' ;;`)
  .join('\n')}
      'completion|') words='${shells.join(' ')}' ;;
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _model_events model-events
`;
}

function fishScript(commands: readonly Command[]): string {
  const groups = groupsOf(commands);
  const line = (condition: string, rest: string): string =>
    `complete -c model-events${condition === '' ? '' : ` -n '${condition}'`} ${rest}`;
  const summary = (text: string): string => `-d '${text.replace(/['\\]/g, '\\$&')}'`;
  const first = [...groups].map(([name, seconds]) => {
    const command = commands.find((each) => each.name === name);
    return line('__fish_use_subcommand', `-a ${name} ${summary(command?.summary ?? seconds.join(', '))}`);
  });
  const rest = commands.flatMap(({ name, summary: text, options }) => {
    const [group = '', second] = name.split(' ');
    const seconds = groups.get(group)?.join(' ') ?? '';
    const none = `__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${seconds}`;
    const own =
      second !== undefined
        ? `__fish_seen_subcommand_from ${group}; and __fish_seen_subcommand_from ${second}`
        : seconds === ''
          ? `__fish_seen_subcommand_from ${group}`
          : none;
    return [
      ...(second === undefined ? [] : [line(none, `-a ${second} ${summary(text)}`)]),
      ...Object.entries(options).map((option) => line(own, fishOption(option, summary))),
    ];
  });
  const shared = Object.entries(sharedOptions).map((option) => line('', fishOption(option, summary)));
  const ownShells = line('__fish_seen_subcommand_from completion', `-a '${shells.join(' ')}'`);
  return [
    '# Completion of model-events.',
    'complete -c model-events -f',
    ...first,
    ...rest,
    ownShells,
    ...shared,
    '',
  ].join('\n');
}

function fishOption([name, { short, type, help }]: [string, CommandOption], summary: (text: string) => string): string {
  const letter = short === undefined ? '' : `-s ${short} `;
  return `-l ${name} ${letter}${type === 'string' ? '-r ' : ''}${summary(help)}`;
}
