/** contract/script-rights.ts: what each script asks of a Redis user, derived from its text and the keys that its header declares. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysOf, type QueueKeys } from '../../queue/keys';
import { scripts } from '../../queue/scripts';

const folder = join(__dirname, '../../queue/lua');

/** A queue's keys as the headers call them. */
const keyNames: Readonly<Record<string, keyof QueueKeys>> = {
  'main list': 'main',
  'processing list': 'processing',
  'dead letters list': 'deadLetters',
  'delayed zset': 'delayed',
  'state hash': 'state',
  'claims hash': 'claims',
  'leases zset': 'leases',
  'isolated set': 'isolated',
  'revoked zset': 'revoked',
  'idle zset': 'idle',
  'wake list': 'wake',
  'samples list': 'samples',
};

export function scriptRights(): string {
  const entries = Object.entries(scripts).map(([name, { source }]) => {
    const commands = [...source.matchAll(/redis\.p?call\(\s*'([A-Z]+)'/g)].map(([, command = '']) =>
      command.toLowerCase(),
    );
    return `  ${name}: {\n${list('commands', commands)}${list('suffixes', suffixes(name))}  },\n`;
  });
  return (
    '/** GENERATED from queue/lua by `npm run generate`; do not edit. */\n\n' +
    '/**\n * By script: the commands that it calls, and the keys of one queue that its header declares, as suffixes of the name of the queue.\n' +
    ' * Keys that it shares with other queues are missing.\n */\n' +
    `export const scriptRights = {\n${entries.join('')}} as const;\n`
  );
}

function suffixes(name: string): string[] {
  const file = `${name.replace(/[A-Z0-9]/g, (letter) => `-${letter.toLowerCase()}`)}.lua`;
  if (!readdirSync(folder).includes(file)) throw new Error(`the script ${name} has no file ${file}`);
  const header = readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('-- KEYS'));
  const named = header.flatMap((line) => [
    ...line.matchAll(/KEYS\[\d+\] ((?:[a-z]+ )+?(?:list|hash|zset|set))\b(?! of)/g),
  ]);
  const keys = keysOf('');
  return named.flatMap(([, words = '']) => {
    const key = keyNames[words];
    return key === undefined ? [] : [keys[key]];
  });
}

/** A property as prettier writes it. */
function list(name: string, all: readonly string[]): string {
  const items = [...new Set(all)].sort().map((item) => `'${item}'`);
  const line = `    ${name}: [${items.join(', ')}],\n`;
  return line.length <= 121 ? line : `    ${name}: [\n${items.map((item) => `      ${item},\n`).join('')}    ],\n`;
}
