/** docs/reference/cli.md: the output of every `--help`. */
import { commands } from '../../cli/commands';
import { showCommandHelp, showProgramHelp } from '../../cli/help';
import { Screen } from '../../cli/screen';
import { heading } from './markdown';

export function cliReference(): string {
  return [
    ...heading('Commands', 'cli/commands.ts'),
    ...block('--help', (screen) => showProgramHelp(screen, commands)),
    ...commands.flatMap((command) => [
      `## ${command.name}`,
      '',
      ...block(`${command.name} --help`, (screen) => showCommandHelp(screen, command)),
    ]),
  ].join('\n');
}

function block(words: string, show: (screen: Screen) => void): string[] {
  let output = '';
  show(new Screen({ write: (text) => (output += text) }, {}));
  return ['```', `$ npx model-events ${words}`, ...output.trimEnd().split('\n'), '```', ''];
}
