/** The messages in troubleshooting.md equal those of the programs, so that a search for a message finds it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, blocksIn, placeOf, root } from './pages';

// test/deploy contains the messages of CloudFormation.
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

/** All sources in one line; the quotes and the plus between concatenated string literals are removed. */
const sourceText = sources
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(({ name, parentPath }) => /\.(?:ts|py|sh|lua)$/.test(name) && !/node_modules|dist/.test(parentPath))
      .map(({ name, parentPath }) => readFileSync(join(parentPath, name), 'utf8')),
  )
  .join('\n')
  .replace(/\s+/g, ' ')
  .replace(/['"`] ?\+ ?['"`]/g, '');

/** The parts of a line that are not in the sources: messages of Redis, Node and AWS, names, values. */
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

/** The pieces of a message between its values, without short ones. */
function pieces(line: string): readonly string[] {
  return line
    .split(values)
    .map((piece) => piece.trim().replace(/^[,;:.] ?|[,;:]$/g, ''))
    .filter((piece) => piece.includes(' ') && piece.length >= 8);
}

const blocks = blocksIn('docs/troubleshooting.md', '').map((block) => [placeOf(block), block] as const);

test.each(blocks)('the message in %s is in the sources', (_, block: Block) => {
  const lines = block.text.split('\n');
  const words = lines.flatMap(pieces);
  expect(words.length).toBeGreaterThan(0);
  expect(words.filter((piece) => !sourceText.includes(piece))).toEqual([]);
});
