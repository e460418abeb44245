import { execFileSync } from 'node:child_process';
import { commands } from '../../cli/commands';
import { runProgram } from './program';

/** What bash offers for the last word of each line. */
async function offered(...lines: string[]): Promise<string[]> {
  const { out } = await runProgram(['completion', 'bash']);
  const ask = lines.map((line) => `offer model-events ${line}`).join('\n');
  const program = `${out}
offer() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _model_events; echo "\${COMPREPLY[*]}"; }
${ask}`;
  return execFileSync('bash', ['--norc', '-c', program], { encoding: 'utf8' }).trimEnd().split('\n');
}

test('bash completes commands, their second words and their options, also behind other options', async () => {
  expect(await offered("'dep'", "dlq ''", "-e development dlq redrive '--co'", "replay ''", "completion ''")).toEqual([
    'depths',
    'list show redrive discard',
    '--count --config',
    'list cancel',
    'bash zsh fish',
  ]);
});

test.each(['bash', 'zsh', 'fish'])('the script for %s knows every command and every option', async (shell) => {
  const { code, out } = await runProgram(['completion', shell]);
  expect(code).toBe(0);
  for (const { name, options } of commands)
    for (const word of [...name.split(' '), ...Object.keys(options)])
      expect(out).toMatch(new RegExp(`(?:[ '-]|^)${word}(?:[ '|]|$)`, 'm'));
});

test('another shell is refused with the known ones', async () => {
  const { code, err } = await runProgram(['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(err).toContain('completion requires one of bash, zsh, fish');
});
