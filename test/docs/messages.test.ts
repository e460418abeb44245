/** The messages that troubleshooting.md explains are those that the programs have: who looks for his words finds them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, blocksIn, placeOf, root } from './pages';

// CloudFormation's own words stand in test/deploy, which provokes them.
const sources = [
  'test/deploy',
  'bin',
  'cli',
  'clients/node',
  'config',
  'contract',
  'lambda',
  'lib',
  'dev',
  'queue',
  'tools',
  'clients/python/src',
];

/** All that the sources say, in one line: texts that are put together of several join at a quote and a plus, which go. */
const said = sources
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(({ name, parentPath }) => /\.(?:ts|py|sh|lua)$/.test(name) && !/node_modules|dist/.test(parentPath))
      .map(({ name, parentPath }) => readFileSync(join(parentPath, name), 'utf8')),
  )
  .join('\n')
  .replace(/\s+/g, ' ')
  .replace(/['"`] ?\+ ?['"`]/g, '');

/** What in a line are no words of ours: what Redis, Node and AWS say, names, values. */
const values = new RegExp(
  [
    /(?<=failed: ).*?(?= \()/,
    /\(connect [^)]*\)/,
    /\[\/.*/,
    /^.*(?= at Redis)/,
    /^\S*Error: /,
    /^(?:model-events|setup): /,
    /"[^"]*"|`[^`]*`|<[^>]*>|…|[()→;,:]/,
    /\bv?\d[\w.:/-]*/,
    /[\w/]+(?:[-:./][\w/]+)+/,
    /\b(?:[A-Z]+_[A-Z_]+|[a-z]+[A-Z]\w*)\b/,
    /\b(?:execution role|whole number|number|config|development|production|settings|ModelRegistered)\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** The pieces of a message between its values, where they are long enough to be somebody's words. */
function pieces(line: string): readonly string[] {
  return line
    .split(values)
    .map((piece) => piece.trim().replace(/^[,;:.] ?|[,;:]$/g, ''))
    .filter((piece) => piece.includes(' ') && piece.length >= 8);
}

const blocks = blocksIn('docs/troubleshooting.md', '').map((block) => [placeOf(block), block] as const);

test.each(blocks)('%s has the words of the programs', (_, block: Block) => {
  const lines = block.text.split('\n');
  const words = lines.flatMap(pieces);
  expect(words.length).toBeGreaterThan(0);
  expect(words.filter((piece) => !said.includes(piece))).toEqual([]);
});
