/** The runbook as data: its sections, and the commands in them as they stand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(__dirname, '../../docs/runbook.md');

/** What stands before the first section is `introduction`. */
export interface Section {
  readonly name: string;
  readonly text: string;
  /** Blocks of commands, in their order. */
  readonly commands: readonly string[];
}

export function readRunbook(): readonly Section[] {
  const [introduction = '', ...parts] = readFileSync(file, 'utf8').split(/^## /m);
  return [
    section('introduction', introduction),
    ...parts.map((text) => section(text.slice(0, text.indexOf('\n')), text)),
  ];
}

function section(name: string, text: string): Section {
  return { name, text, commands: [...text.matchAll(/^```sh\n(.+?)\n```$/gms)].map(([, block = '']) => block) };
}
