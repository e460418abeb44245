/** Reads the runbook's sections and their commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksIn, root } from '../docs/pages';

const page = 'docs/runbook.md';

/** A section; the text before the first heading is `introduction`. */
export interface Section {
  readonly name: string;
  readonly text: string;
  /** Blocks of commands, in order. */
  readonly commands: readonly string[];
}

export function readRunbook(): readonly Section[] {
  const [introduction = '', ...parts] = readFileSync(join(root, page), 'utf8').split(/^## /m);
  const blocks = blocksIn(page, 'sh');
  const section = (name: string, text: string, heading = name): Section => {
    const commands = blocks.filter((block) => block.heading === heading);
    return { name, text, commands: commands.map((block) => block.text) };
  };
  return [
    section('introduction', introduction, introduction.slice(2, introduction.indexOf('\n'))),
    ...parts.map((text) => section(text.slice(0, text.indexOf('\n')), text)),
  ];
}
