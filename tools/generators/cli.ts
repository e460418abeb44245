/** docs/reference/cli.md: every `--help`, as the program prints it. */
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
  let shown = '';
  show(new Screen({ write: (text) => (shown += text) }, {}));
  return ['```', `$ npx model-events ${words}`, ...shown.trimEnd().split('\n'), '```', ''];
}
